import { outliveStrayErrors } from "@parley/engine";
import { type Environment, parseEnvironment, type ServerConfig } from "@/lib/env";
import { openServerDoor } from "@/lib/server-door";
import { type ClientAddressReader, createClientAddressReader } from "./client-address";
import { openDataFolder } from "./data-folder";
import { createDispatch } from "./dispatch";
import { type Listener, listen } from "./listen";
import { createLog, type Log } from "./log";
import { openServices, type Services } from "./open-services";
import { openPages, type Pages } from "./pages";
import { explainTrouble, StartRefusal } from "./start-refusal";

export type ServerOptions = {
  /** The folder of the checkout: pages, functions and builds are found from here. */
  rootDir: string;
  env: Environment;
  isDev: boolean;
  /** Whether somebody starts this process again when a function holds it and it has to be ended. */
  isSupervised: boolean;
};

export type RunningServer = {
  /** Where people open it. */
  url: string;
  /** Where the first owner signs up, on a server that strangers can reach and nobody owns yet. */
  ownerLink: string | null;
  /**
   * For development: takes up every change of the functions, while clients stay connected, until the
   * returned function is called. `report` is told of each; null for one that went well.
   */
  watchFunctions: (report: (trouble: Error | null) => void) => () => void;
  /**
   * For who has this process to itself: what functions leave behind and let fail is logged and ends
   * nobody's service; any other exception that nobody catches ends the process, with 1.
   */
  outliveStrayErrors: () => void;
  /** Stops accepting, lets what is under way finish, closes everything. At most about 4 s. */
  close: () => Promise<void>;
};

/** The status after a failed write, as `parley-engine start` has it. */
const DISK_FAILED = 70;

/** Connections that have not finished by then are cut. */
const DRAIN_MS = 1_000;

/**
 * Runs Parley in this process: pages, identity service and engine on one port.
 *
 * @throws StartRefusal with one sentence when the surroundings do not allow it; nothing is left open.
 */
export async function runServer(options: ServerOptions): Promise<RunningServer> {
  const { rootDir, env, isDev, isSupervised } = options;
  const parsed = parseEnvironment(env);
  if (!parsed.ok) throw new StartRefusal(parsed.problems.join("\n"));
  const { config } = parsed;
  const log = createLog((line) => process.stdout.write(line), {
    now: Date.now,
    isVerbose: env.PARLEY_LOG === "debug",
  });

  const clientAddress = createClientAddressReader(config.trustedProxies);
  const folder = openDataFolder(config.dataDir);
  const opened: Opened = {};
  const close = async () => {
    await closeAll(opened, log);
    folder.release();
  };
  try {
    // Side by side: the engine bundles functions while Next reads its build.
    const [services, pages] = await Promise.allSettled([
      openServices({
        config,
        rootDir,
        dataDir: folder.path,
        isDev,
        isSupervised,
        clientAddress,
        log,
        onDiskFailed(error) {
          log("error", "the disk has failed, the process ends", { error });
          process.exit(DISK_FAILED);
        },
      }),
      openPages({ rootDir, isDev, host: config.host, port: config.port }),
    ]);
    if (services.status === "fulfilled") opened.services = services.value;
    if (pages.status === "fulfilled") opened.pages = pages.value;
    if (services.status === "rejected") throw services.reason;
    if (pages.status === "rejected") throw pages.reason;
    opened.listener = await startListening(
      { config, clientAddress, log },
      services.value,
      pages.value,
    );
  } catch (error) {
    await close();
    throw explainTrouble(error, { what: `The data folder ${folder.path}` });
  }
  log("info", "server started", {
    url: config.publicUrl,
    identity: config.identity.kind,
    backend: config.backend.kind,
  });
  const { services } = opened;
  return {
    url: config.publicUrl,
    ownerLink: services?.ownerLink() ?? null,
    watchFunctions: (report) => services?.watchFunctions(report) ?? (() => {}),
    outliveStrayErrors: () => outliveStrayErrors(log, () => process.exit(1)),
    close,
  };
}

/** What is wrong with the environment, one sentence each; for a start that has long work before it. */
export function findEnvironmentProblems(env: Environment): string[] {
  const parsed = parseEnvironment(env);
  return parsed.ok ? [] : parsed.problems;
}

type Surroundings = { config: ServerConfig; clientAddress: ClientAddressReader; log: Log };

async function startListening(
  { config, clientAddress, log }: Surroundings,
  services: Services,
  pages: Pages,
): Promise<Listener> {
  const { findEngine, answerIdentity, eventsTarget, checkHealth } = services;
  openServerDoor({ checkHealth, eventsTarget });
  const dispatch = createDispatch({
    findEngine,
    answerIdentity,
    pages,
    clientAddress,
    isHttps: config.publicUrl.startsWith("https:"),
    log,
  });
  try {
    return await listen(dispatch, config.host, config.port);
  } catch (error) {
    throw explainTrouble(error, { what: `Port ${config.port} on ${config.host}` });
  }
}

type Opened = { services?: Services; pages?: Pages; listener?: Listener };

async function closeAll({ services, pages, listener }: Opened, log: Log): Promise<void> {
  const closing = async (what: string, promise: Promise<void> | undefined) => {
    await promise?.catch((error: unknown) => log("error", `${what} did not close`, { error }));
  };
  // 1. Nobody new. 2. The engine finishes what it accepted and says goodbye on its sockets.
  // 3. Answers under way get a moment, then their connections are cut. 4. The pages.
  listener?.stopAccepting();
  await closing("engine or identity service", services?.close());
  await closing("port", listener?.close(DRAIN_MS));
  await closing("pages", pages?.close());
}

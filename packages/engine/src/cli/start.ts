import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { EngineError } from "../base/engine-error.ts";
import type { Environment } from "../base/environment.ts";
import { writeGeneratedFiles } from "../codegen/generate-files.ts";
import { createEngine, type Engine } from "../engine.ts";
import { outliveStrayErrors } from "../runtime/stray-errors.ts";
import { watchSources } from "../runtime/watch-sources.ts";
import type { StartOptions } from "./command-line.ts";
import { formatRun } from "./format-run.ts";
import { listen, urlOf } from "./listen.ts";
import { environmentVariables, environmentWithLog } from "./surroundings.ts";

/** By then everything has ended, or is ended. The promise is 5 s. */
const DRAIN_MS = 4_500;

/** The status after a failed write, so that a supervisor can tell a disk to look at from a crash. */
const DISK_FAILED = 70;

/** Whoever takes longer to say what they want makes nobody else wait. */
const SERVER = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
};

/** Told once everything is there, with the arguments by which a restart has the same addresses. */
export type OnServing = (restartWith: string[]) => void;

/**
 * Serves a functions folder until a signal comes.
 *
 * Ports are opened first: that a port is taken is known at once, and functions are told the real
 * addresses. Until the engine is there, requests are asked to come again.
 *
 * @param alsoWatched Take up changes of the functions, and of these folders; null: do not.
 * @throws CommandLineError, EngineError with a sentence for the person.
 */
export async function start(
  options: StartOptions,
  onServing: OnServing,
  alsoWatched: readonly string[] | null = null,
): Promise<void> {
  const environment = environmentWithLog();
  const stopping = whenStopped();
  // Whoever reads what is printed may go away; those who are served stay.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
  let engine: Engine | null = null;
  const server = createServer(SERVER, (request, response) => {
    if (engine === null) comeAgain(request, response);
    else engine.handleRequest(request, response);
  });
  const site = createServer(SERVER, (request, response) => {
    if (engine === null) comeAgain(request, response);
    else engine.handleSiteRequest(request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    if (engine === null) socket.destroy();
    else engine.handleUpgrade(request, socket, head);
  });
  const { host } = options;
  const port = await listen(server, host, options.port, "--port");
  const sitePort = await listen(site, host, options.sitePort, "--site-port");
  const addresses = {
    cloudUrl: urlOf(host, port),
    siteUrl: urlOf(host, sitePort),
  };
  outliveStrayErrors(environment.log, () => process.exit(1));
  generateIfMissing(options.functionsDir);
  const create = () =>
    createEngine({
      dataDir: options.dataDir,
      functionsDir: options.functionsDir,
      environmentVariables: environmentVariables(),
      cloudUrl: process.env.CONVEX_CLOUD_URL || addresses.cloudUrl,
      siteUrl: process.env.CONVEX_SITE_URL || addresses.siteUrl,
      adminKey: options.adminKey,
      mountPath: "",
      revealsErrors: options.revealsErrors,
      log: environment.log,
      onFunctionRun: (run) => console.log(formatRun(run)),
      environment,
      stopsEndlessFunctions: true,
      endsStuckProcess: true,
      onDiskFailed: (error) => {
        console.error(error.message);
        process.exit(DISK_FAILED);
      },
    });
  const created =
    alsoWatched === null
      ? await create()
      : await createWhenMended(create, options.functionsDir, alsoWatched, environment, stopping);
  if (created === null) process.exit(0);
  engine = created;
  console.log(`HTTP actions are at ${addresses.siteUrl}`);
  console.log(`The engine is ready at ${addresses.cloudUrl}`);
  onServing(["--port", String(port), "--site-port", String(sitePort)]);
  const stopWatching = alsoWatched && created.watchFunctions(alsoWatched, tellReload);
  await stopping;
  stopWatching?.();
  engine = null;
  await drain(created, [server, site], environment);
}

/** What the author of the functions mends by saving a file. */
const MENDABLE: ReadonlySet<string> = new Set(["FunctionsInvalid", "SchemaMismatch"]);

/**
 * For development: tells why the functions do not load, and tries again after each change of them.
 *
 * @returns null when a signal came first.
 */
async function createWhenMended(
  create: () => Promise<Engine>,
  functionsDir: string,
  alsoWatched: readonly string[],
  environment: Environment,
  stopping: Promise<void>,
): Promise<Engine | null> {
  for (;;) {
    let tellChange = () => {};
    const changed = new Promise<"changed">((resolve) => {
      tellChange = () => resolve("changed");
    });
    // From before the attempt: what is saved meanwhile counts.
    const stop = watchSources([functionsDir, ...alsoWatched], environment, async () =>
      tellChange(),
    );
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof EngineError && MENDABLE.has(error.kind))) throw error;
      console.error(`${error.message}\nIt is tried again when a file is saved.`);
      if ((await Promise.race([changed, stopping])) !== "changed") return null;
    } finally {
      stop();
    }
  }
}

function tellReload(trouble: EngineError | null): void {
  if (trouble === null) console.log("The functions were reloaded.");
  else console.error(`The functions are as they were: ${trouble.message}`);
}

/**
 * Functions import their builders from `_generated`, which many people do not keep in their
 * repository. What is there is left alone; what cannot be written is said when it is missed.
 */
function generateIfMissing(functionsDir: string): void {
  if (existsSync(join(functionsDir, "_generated"))) return;
  try {
    writeGeneratedFiles(functionsDir);
  } catch {
    // A folder that is missing or read-only: loading it says so, if that matters.
  }
}

/** Resolves at the first signal. Later ones, which `npm` likes to send, change nothing. */
function whenStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
}

/**
 * Finishes what is under way, while the ports stay open: whoever comes is asked to come again, and
 * an open port keeps the process alive, which a pending promise alone does not.
 */
async function drain(engine: Engine, servers: Server[], environment: Environment): Promise<never> {
  environment.setTimer(DRAIN_MS, () => process.exit(0));
  for (const server of servers) server.closeIdleConnections();
  await engine.close();
  process.exit(0);
}

function comeAgain(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  response.end('{"code":"NotServing","message":"The engine is starting or stopping; try again."}');
}

import { join } from "node:path";
import { createEngine } from "@parley/engine";
import { createIdentityDoor, type ServerFigures } from "@/auth/embedded/door";
import { openEmbeddedIdentity } from "@/auth/embedded/server";
import { createEventQueue } from "@/auth/event-queue";
import { type EventsTarget, postIdentityEvent } from "@/auth/identity-events";
import { isLoopbackHost, type ServerConfig } from "@/lib/env";
import type { ClientAddressReader } from "./client-address";
import { sizeOfFolder } from "./folder-size";
import type { Log } from "./log";
import { createMailer } from "./mailer";
import { readOrMakeSecret } from "./secrets";

/** How soon the functions hear of what the command line has done; it reads one row of a table that is empty. */
const OUTBOX_LOOK_MS = 2_000;

export type ServicesOptions = {
  config: ServerConfig;
  /** Where `convex/` is. */
  rootDir: string;
  dataDir: string;
  isDev: boolean;
  isSupervised: boolean;
  clientAddress: ClientAddressReader;
  log: Log;
  /** The engine's disk has failed and it can promise nothing more. */
  onDiskFailed: (error: Error) => void;
};

export type Services = Awaited<ReturnType<typeof openServices>>;

const WARNING = "[WARN] ";

/**
 * Opens what answers behind the pages: the embedded identity service and the embedded engine, each
 * only when no hosted service takes its place.
 */
export async function openServices(options: ServicesOptions) {
  const { config, rootDir, dataDir, isDev, isSupervised, clientAddress, log, onDiskFailed } =
    options;
  const eventsTarget = findEventsTarget(config, dataDir);
  const startedAt = Date.now();
  const readFigures = async (): Promise<ServerFigures> => ({
    storedBytes: await sizeOfFolder(dataDir),
    connections: engine?.counters().connections ?? 0,
    startedAt,
  });
  let engine: Engine | null = null;
  const identity = await openIdentity({ config, dataDir, log, eventsTarget, readFigures });
  const openEngine = async () =>
    createEngine({
      dataDir: join(dataDir, "engine"),
      functionsDir: join(rootDir, "convex"),
      environmentVariables: await functionVariables(config, identity, eventsTarget),
      cloudUrl: `${config.publicUrl}/convex`,
      siteUrl: `${config.publicUrl}/convex/http`,
      adminKey: readOrMakeSecret(dataDir, "admin-key"),
      mountPath: "/convex",
      readAddress: clientAddress.read,
      revealsErrors: isDev,
      endsStuckProcess: isSupervised,
      log,
      // What the functions warn of is the operator's to know; what else they say, `logs` prints.
      onFunctionRun: ({ path, logLines }) => {
        for (const line of logLines) {
          if (line.startsWith(WARNING)) log("warn", line.slice(WARNING.length), { function: path });
        }
      },
      onDiskFailed,
    });
  try {
    engine = config.backend.kind === "embedded" ? await openEngine() : null;
  } catch (cause) {
    identity?.close();
    throw cause;
  }
  // What the process before this one could not deliver any more, and what `npm run people` does beside it.
  identity?.events.wake();
  const looking = setInterval(() => identity?.events.wake(), OUTBOX_LOOK_MS).unref();

  return {
    /** `null` when the back end is hosted. */
    findEngine: () => engine,
    answerIdentity: identity?.answer ?? null,
    /** By which the first owner claims a server that strangers can reach; null when it is not needed. */
    ownerLink: () => identity?.ownerLink() ?? null,
    eventsTarget,
    /** For development: takes up every change of the functions, while clients stay connected. */
    watchFunctions(report: (trouble: Error | null) => void): () => void {
      return engine?.watchFunctions([join(rootDir, "shared")], report) ?? (() => {});
    },
    async checkHealth(): Promise<void> {
      identity?.service.check();
      await engine?.checkHealth();
    },
    async close(): Promise<void> {
      clearInterval(looking);
      identity?.events.close();
      try {
        await engine?.close();
      } finally {
        identity?.close();
      }
    },
  };
}

type Engine = Awaited<ReturnType<typeof createEngine>>;

type OpenIdentity = NonNullable<Awaited<ReturnType<typeof openIdentity>>>;

async function openIdentity(options: {
  config: ServerConfig;
  dataDir: string;
  log: Log;
  eventsTarget: EventsTarget | null;
  readFigures: () => Promise<ServerFigures>;
}) {
  const { config, dataDir, log, eventsTarget, readFigures } = options;
  if (config.identity.kind === "clerk") return null;
  const mailer = config.mail && createMailer(config.mail, log);
  const service = await openEmbeddedIdentity({
    databasePath: join(dataDir, "identity.sqlite"),
    secret: readOrMakeSecret(dataDir, "identity"),
    publicUrl: config.publicUrl,
    rateLimitFactor: config.rateLimitFactor,
    sendMail: mailer?.send ?? null,
    providers: config.identity.providers,
    onEvent: () => events.wake(),
    log,
  });
  const events = createEventQueue({
    outbox: service.outbox,
    post: (event) =>
      eventsTarget
        ? postIdentityEvent(event, eventsTarget)
        : Promise.resolve({ kind: "refused", status: 0 }),
    wait: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs).unref()),
    log,
  });
  // Where strangers can reach the server, the first of them must not become its owner.
  const ownerToken = isReachable(config) ? readOrMakeSecret(dataDir, "owner-token") : null;
  const answer = createIdentityDoor({
    identity: service,
    publicUrl: config.publicUrl,
    signUp: config.identity.signUp,
    ownerToken,
    readFigures,
    rateLimitFactor: config.rateLimitFactor,
    now: Date.now,
    log,
  });
  const close = () => {
    mailer?.close();
    service.close();
  };
  const ownerLink = () =>
    ownerToken === null || service.people.hasOwner()
      ? null
      : `${config.publicUrl}/sign-up?owner=${ownerToken}`;
  return { service, events, answer, ownerLink, close };
}

/** Whether anything but this machine may get to the server. */
function isReachable({ host, publicUrl }: ServerConfig): boolean {
  return !isLoopbackHost(host) || !isLoopbackHost(new URL(publicUrl).hostname);
}

/** What the functions may read from `process.env`: what they need and not one variable more. */
async function functionVariables(
  config: ServerConfig,
  identity: OpenIdentity | null,
  eventsTarget: EventsTarget | null,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = { PARLEY_RATE_LIMITS: String(config.rateLimitFactor) };
  if (identity) {
    variables.PARLEY_JWKS = await identity.service.readKeysAsDataUri();
    variables.PARLEY_JWT_ISSUER = config.publicUrl;
  }
  if (config.identity.kind === "clerk") {
    variables.CLERK_JWT_ISSUER_DOMAIN = config.identity.issuer;
  }
  if (eventsTarget) variables.PARLEY_EVENTS_SECRET = eventsTarget.secret;
  return variables;
}

/** Our own engine is reached over the loopback, since its public address may not be reachable here. */
function findEventsTarget(config: ServerConfig, dataDir: string): EventsTarget | null {
  if (config.backend.kind === "hosted") {
    const { siteUrl } = config.backend;
    return siteUrl && config.eventsSecret ? { siteUrl, secret: config.eventsSecret } : null;
  }
  return {
    siteUrl: `http://${loopbackFor(config.host)}:${config.port}/convex/http`,
    secret: config.eventsSecret ?? readOrMakeSecret(dataDir, "events"),
  };
}

function loopbackFor(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

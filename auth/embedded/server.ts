import { closeSync, openSync } from "node:fs";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { jwt } from "better-auth/plugins";
import Database from "better-sqlite3";
import type { IdentityEvent } from "../identity-events";
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "./credentials";
import { deletedUserEvent, revokedSessionEvent, userEvent } from "./events";
import { attemptRules, rateWindowSeconds } from "./limits";

/** The header by which our own server, and nobody else, tells the service who is calling. */
export const CLIENT_ADDRESS_HEADER = "x-parley-client-address";

const COOKIE_NAME = "parley";
const SESSION_DAYS = 30;
const TOKEN_LIFETIME = "5m";
const DAY_SECONDS = 86_400;

export type EmbeddedIdentityOptions = {
  /** Path of the SQLite file; its folder exists. `:memory:` for tests. */
  databasePath: string;
  /** Signs cookies and seals the signing keys in the database; at least 32 characters. */
  secret: string;
  /** The public origin: the tokens' issuer, whatever address people use. */
  publicUrl: string;
  rateLimitFactor: number;
  onEvent: (event: IdentityEvent) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
};

export type EmbeddedIdentity = Awaited<ReturnType<typeof openEmbeddedIdentity>>;

/**
 * Opens the embedded identity service on its own SQLite file, brought up to date first.
 *
 * It answers requests that `door.ts` has already checked and cleaned; it is never handed a raw one.
 */
export async function openEmbeddedIdentity(options: EmbeddedIdentityOptions) {
  const database = openDatabase(options.databasePath);
  try {
    const configuration = configure(options, database);
    const { runMigrations } = await getMigrations(configuration);
    await runMigrations();
    const service = betterAuth(configuration);

    return {
      handle: (request: Request): Promise<Response> => service.handler(request),
      sessionCookieName: cookieName(options.publicUrl, "session_token"),
      /** Public keys as a `data:` URI, so that the engine need not reach our public address. */
      async readKeysAsDataUri(): Promise<string> {
        const keys: unknown = await service.api.getJwks();
        const encoded = Buffer.from(JSON.stringify(keys)).toString("base64");
        return `data:application/json;base64,${encoded}`;
      },
      hasPeople: (): boolean => database.prepare("SELECT 1 FROM user LIMIT 1").get() !== undefined,
      /** @throws when the database cannot be read. */
      check(): void {
        database.prepare("SELECT 1").get();
      },
      close(): void {
        database.close();
      },
    };
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function openDatabase(path: string) {
  // Password hashes are in it. SQLite gives its companion files the same rights.
  if (path !== ":memory:") closeSync(openSync(path, "a", 0o600));
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  // An account that was answered for must survive a power cut.
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  database.pragma("busy_timeout = 5000");
  return database;
}

/** Cookie names promise what the browser then enforces: `__Host-` only over https. */
function cookieName(publicUrl: string, name: string): string {
  return `${cookiePrefix(publicUrl)}.${name}`;
}

function cookiePrefix(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? `__Host-${COOKIE_NAME}` : COOKIE_NAME;
}

function configure(options: EmbeddedIdentityOptions, database: Database.Database) {
  const { publicUrl, secret, rateLimitFactor, onEvent, log } = options;
  const isHttps = publicUrl.startsWith("https:");
  return {
    appName: "Parley",
    database,
    secret,
    baseURL: publicUrl,
    basePath: "/api/auth",
    telemetry: { enabled: false },
    logger: {
      // The service logs addresses and origins at lower levels; refusals are no trouble of ours.
      level: "error" as const,
      log: (_level: string, message: string) => log("error", message),
    },
    emailAndPassword: {
      enabled: true,
      autoSignIn: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_LENGTH_MAX,
    },
    session: { expiresIn: SESSION_DAYS * DAY_SECONDS, updateAge: DAY_SECONDS },
    rateLimit: {
      enabled: true,
      storage: "memory" as const,
      ...attemptRules(rateLimitFactor).others,
      window: rateWindowSeconds,
      customRules: attemptRules(rateLimitFactor).byPath,
    },
    advanced: {
      cookiePrefix: cookiePrefix(publicUrl),
      // Its own prefix would be the weaker `__Secure-`; ours is part of the name above.
      useSecureCookies: false,
      defaultCookieAttributes: {
        secure: isHttps,
        httpOnly: true,
        sameSite: "lax" as const,
        path: "/",
      },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    databaseHooks: {
      user: {
        create: { after: async (user: UserRow) => onEvent(userEvent("user.created", user)) },
        update: { after: async (user: UserRow) => onEvent(userEvent("user.updated", user)) },
        delete: { after: async (user: UserRow) => onEvent(deletedUserEvent(user.id, Date.now())) },
      },
      session: {
        delete: {
          after: async (session: { id: string; userId: string }) =>
            onEvent(revokedSessionEvent(session, Date.now())),
        },
      },
    },
    plugins: [
      jwt({
        // Tokens are asked for at their own address; they have no business in other answers.
        disableSettingJwtHeader: true,
        jwks: { keyPairConfig: { alg: "ES256" } },
        jwt: {
          issuer: publicUrl,
          audience: "convex",
          expirationTime: TOKEN_LIFETIME,
          getSubject: ({ user }) => user.id,
          definePayload: ({ user, session }) => ({
            // By which the functions shut out a session that has ended before its tokens have.
            sid: session.id,
            name: user.name,
            email: user.email,
            ...(user.image ? { picture: user.image } : {}),
          }),
        },
      }),
    ],
  };
}

type UserRow = {
  id: string;
  name: string;
  email: string;
  image?: string | null | undefined;
  createdAt: Date;
  updatedAt: Date;
};

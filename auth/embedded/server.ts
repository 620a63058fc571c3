import { closeSync, openSync } from "node:fs";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import Database from "better-sqlite3";
import type { IdentityEvent } from "../identity-events";
import { createAuditLog } from "./audit-log";
import {
  configure,
  cookieName,
  type EmbeddedIdentityOptions,
  type ResetRequest,
} from "./configuration";
import { createEventOutbox } from "./event-outbox";
import { suspensionEvent } from "./events";
import { createInvitations } from "./invitations";
import { changedAddressMail, resetLink, resetMail } from "./mails";
import { createPeople } from "./people";
import { createPictures } from "./pictures";
import { createProviderDesk } from "./provider-desk";
import { outdateResetLinks } from "./reset-links";

export type { EmbeddedIdentityOptions } from "./configuration";

export type EmbeddedIdentity = Awaited<ReturnType<typeof openEmbeddedIdentity>>;

/**
 * Opens the embedded identity service on its own SQLite file, brought up to date first.
 *
 * It answers requests that `door.ts` has already checked and cleaned; it is never handed a raw one.
 */
export async function openEmbeddedIdentity(options: EmbeddedIdentityOptions) {
  const database = openDatabase(options.databasePath);
  try {
    const { publicUrl, sendMail, log } = options;
    const outbox = createEventOutbox(database);
    const onEvent = (event: IdentityEvent) => {
      if (!outbox.add(event)) log("error", "identity event dropped: too many are waiting");
      options.onEvent(event);
    };
    const people = createPeople(database);
    /** Requests for a link that go to whoever asked instead of into the mail. */
    const captured = new Map<string, (token: string) => void>();
    const onResetRequest = async (request: ResetRequest) => {
      const take = captured.get(request.userId);
      if (take) take(request.token);
      else await sendMail?.(resetMail(request, request.token, publicUrl));
    };
    const auditLog = createAuditLog(database, Date.now);
    const onPasswordReset = (userId: string) =>
      auditLog.append(userId, "account.password_reset", userId);
    const configuration = configure({
      ...{ ...options, onEvent, database, people, onResetRequest, onPasswordReset },
    });
    const { runMigrations } = await getMigrations(configuration);
    await runMigrations();
    outdateResetLinks(database);
    people.appointFirst();
    const service = betterAuth(configuration);
    const providers = createProviderDesk({ configuration, people, ...options });
    const { internalAdapter } = await service.$context;

    return {
      handle: (request: Request): Promise<Response> => service.handler(request),
      /** The library's calls, for routes that do more or less than it does. */
      api: service.api,
      people,
      /** Signing in with services elsewhere. */
      providers,
      /** News that are for the functions, until somebody has delivered them. */
      outbox,
      invitations: createInvitations(database, Date.now),
      auditLog,
      pictures: createPictures(database),
      canSendMail: sendMail !== null,
      /** Tells the address that an account is about to leave; nothing without a mail server. */
      async announceNewAddress(person: { name: string; email: string }, newEmail: string) {
        await sendMail?.(changedAddressMail(person, newEmail, publicUrl));
      },
      sessionCookieName: cookieName(publicUrl, "session_token"),
      twoFactorCookieName: cookieName(publicUrl, "two_factor"),
      /** Public keys as a `data:` URI, so that the engine need not reach our public address. */
      async readKeysAsDataUri(): Promise<string> {
        const keys: unknown = await service.api.getJwks();
        const encoded = Buffer.from(JSON.stringify(keys)).toString("base64");
        return `data:application/json;base64,${encoded}`;
      },
      /** Ends every session of somebody, who stays what they are. */
      async endSessions(userId: string): Promise<void> {
        await internalAdapter.deleteUserSessions(userId);
      },
      /** @returns false when there is no second factor. Whoever is in has to sign in anew. */
      async removeTwoFactor(userId: string): Promise<boolean> {
        if (!people.removeTwoFactor(userId)) return false;
        await internalAdapter.deleteUserSessions(userId);
        return true;
      },
      /** Says where somebody's picture is; null for none. */
      async setImage(userId: string, image: string | null): Promise<void> {
        await internalAdapter.updateUser(userId, { image });
      },
      /** @returns false when the server would lose its last owner. */
      async suspend(userId: string): Promise<boolean> {
        if (!people.suspend(userId, new Date())) return people.isSuspended(userId);
        onEvent(suspensionEvent("user.suspended", userId, Date.now()));
        await internalAdapter.deleteUserSessions(userId);
        return true;
      },
      async restore(userId: string): Promise<void> {
        await internalAdapter.updateUser(userId, { suspendedAt: null });
        onEvent(suspensionEvent("user.restored", userId, Date.now()));
      },
      /** @returns false when the server would lose its last owner. */
      async deletePerson(userId: string): Promise<boolean> {
        // At once, so that of two owners who delete each other one stays.
        if (!people.suspend(userId, new Date()) && !people.isSuspended(userId)) return false;
        await internalAdapter.deleteUserSessions(userId);
        await internalAdapter.deleteUser(userId);
        return true;
      },
      /** A link by which its bearer chooses a new password, good once and for an hour. */
      async makeResetLink(userId: string, email: string): Promise<string> {
        const tokens: string[] = [];
        captured.set(userId, (token) => tokens.push(token));
        try {
          await service.api.requestPasswordReset({ body: { email } });
        } finally {
          captured.delete(userId);
        }
        const [token] = tokens;
        if (token === undefined) throw new Error("The service made no link for this account.");
        return resetLink(token, publicUrl);
      },
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

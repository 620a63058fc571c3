import { passkey } from "@better-auth/passkey";
import { APIError } from "better-auth/api";
import { jwt, twoFactor } from "better-auth/plugins";
import type Database from "better-sqlite3";
import type { SignInProvider } from "@/lib/sign-in-providers";
import type { IdentityEvent } from "../identity-events";
import { PASSWORD_LENGTH_MIN, PASSWORD_UNITS_MAX } from "./credentials";
import { deletedUserEvent, revokedSessionEvent, userEvent } from "./events";
import { attemptRules, rateWindowSeconds } from "./limits";
import { type Mail, takenAddressMail, verificationMail } from "./mails";
import { type People, toRole } from "./people";

/** The header by which our own server, and nobody else, tells the service who is calling. */
export const CLIENT_ADDRESS_HEADER = "x-parley-client-address";

const COOKIE_NAME = "parley";
const SESSION_DAYS = 30;
const TOKEN_LIFETIME = "5m";
const DAY_SECONDS = 86_400;
const RESET_LIFETIME_SECONDS = 3_600;
const ISSUER_NAME = "Parley";

export type EmbeddedIdentityOptions = {
  /** Path of the SQLite file; its folder exists. `:memory:` for tests. */
  databasePath: string;
  /** Signs cookies and seals the signing keys in the database; at least 32 characters. */
  secret: string;
  /** The public origin: the tokens' issuer, whatever address people use. */
  publicUrl: string;
  rateLimitFactor: number;
  /** Null without a mail server: then addresses are not verified and links come from the operator. */
  sendMail: ((mail: Mail) => Promise<void>) | null;
  /** Services elsewhere that people may sign in with. */
  providers: SignInProvider[];
  /** Told of news that have been put into the outbox. */
  onEvent: (event: IdentityEvent) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
};

export type ResetRequest = { userId: string; email: string; name: string; token: string };

/** What the library is told about our rooms. */
export type ConfigurationParts = EmbeddedIdentityOptions & {
  database: Database.Database;
  people: People;
  onResetRequest: (request: ResetRequest) => Promise<void>;
  /** Somebody chose a new password through a link. */
  onPasswordReset: (userId: string) => void;
};

/** Cookie names promise what the browser then enforces: `__Host-` only over https. */
export function cookieName(publicUrl: string, name: string): string {
  return `${cookiePrefix(publicUrl)}.${name}`;
}

function cookiePrefix(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? `__Host-${COOKIE_NAME}` : COOKIE_NAME;
}

/** Better Auth's settings, all of them. */
export function configure(parts: ConfigurationParts) {
  const { database, people, publicUrl, secret, rateLimitFactor, sendMail, onEvent, log } = parts;
  const isHttps = publicUrl.startsWith("https:");
  return {
    appName: ISSUER_NAME,
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
    user: {
      additionalFields: {
        role: { type: "string" as const, required: false, input: false },
        suspendedAt: { type: "date" as const, required: false, input: false, returned: false },
      },
      changeEmail: { enabled: true, updateEmailWithoutVerification: sendMail === null },
      deleteUser: { enabled: true },
    },
    emailAndPassword: {
      enabled: true,
      autoSignIn: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_UNITS_MAX,
      requireEmailVerification: sendMail !== null,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: RESET_LIFETIME_SECONDS,
      sendResetPassword: async ({ user, token }: { user: UserRow; token: string }) => {
        await parts.onResetRequest({ userId: user.id, email: user.email, name: user.name, token });
      },
      onPasswordReset: async ({ user }: { user: { id: string } }) => parts.onPasswordReset(user.id),
      // The form answers the same for a known address; only its owner learns that it was tried.
      onExistingUserSignUp: async ({ user }: { user: UserRow }) => {
        await sendMail?.(takenAddressMail(user, publicUrl));
      },
    },
    ...(sendMail && {
      emailVerification: {
        sendOnSignUp: true,
        sendOnSignIn: true,
        autoSignInAfterVerification: true,
        sendVerificationEmail: async ({ user, token }: { user: UserRow; token: string }) => {
          await sendMail(verificationMail(user, token, publicUrl));
        },
      },
    }),
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
        create: {
          before: async ({ userId }: { userId: string }) => {
            if (people.isSuspended(userId)) {
              throw new APIError("FORBIDDEN", { code: "ACCOUNT_SUSPENDED", message: "Suspended" });
            }
          },
        },
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
            role: toRole(user.role),
            ...(user.image ? { picture: user.image } : {}),
          }),
        },
      }),
      twoFactor({ issuer: ISSUER_NAME }),
      passkey({ rpID: new URL(publicUrl).hostname, rpName: ISSUER_NAME, origin: publicUrl }),
    ],
  };
}

export type UserRow = {
  id: string;
  name: string;
  email: string;
  image?: string | null | undefined;
  createdAt: Date;
  updatedAt: Date;
};

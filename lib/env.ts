import { BlockList, isIP } from "node:net";
import { parseSignInProviders, type SignInProvider } from "./sign-in-providers";

/** Who may make an account with the embedded identity service. */
export type SignUpPolicy = "open" | "invite" | "closed";

export type EmbeddedIdentityConfig = {
  kind: "embedded";
  signUp: SignUpPolicy;
  /** Services elsewhere that people may sign in with. */
  providers: SignInProvider[];
};

export type ClerkIdentityConfig = {
  kind: "clerk";
  publishableKey: string;
  /** The `iss` of Clerk's tokens, an origin without a trailing slash. */
  issuer: string;
  /** `null`: not set; nothing of ours calls Clerk's back end, so that is allowed. */
  secretKey: string | null;
  /** `null`: Clerk's webhook is refused; people still sync when they sign in. */
  webhookSecret: string | null;
};

export type BackendConfig =
  | { kind: "embedded" }
  /** `siteUrl` is where the deployment's HTTP actions are; `null` when it cannot be derived. */
  | { kind: "hosted"; convexUrl: string; siteUrl: string | null };

/** Everything the process is told from outside, checked and in one piece. */
export type ServerConfig = {
  port: number;
  host: string;
  dataDir: string;
  /** The public origin, without a trailing slash; also the issuer of embedded tokens. */
  publicUrl: string;
  backend: BackendConfig;
  identity: EmbeddedIdentityConfig | ClerkIdentityConfig;
  /** Addresses and CIDR ranges whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** A factor on every rate limit. */
  rateLimitFactor: number;
  /** `null`: made by the server itself, kept in the data folder. */
  eventsSecret: string | null;
  mail: { smtpUrl: string; from: string } | null;
};

export type Environment = Readonly<Record<string, string | undefined>>;

export type ParsedEnvironment =
  | { ok: true; config: ServerConfig }
  | { ok: false; problems: string[] };

const SECRET_LENGTH_MIN = 16;
const SECRET_LENGTH_MAX = 512;
const RATE_LIMIT_FACTOR_MAX = 1_000_000;
const TRUSTED_PROXIES_MAX = 64;

/**
 * Turns the environment into one checked configuration.
 *
 * Pure: it reads the object it is given and touches nothing else, so that the server, the pages
 * and the start script all see the same answer.
 *
 * @param env Variable names to values; an empty or blank value counts as not set.
 * @returns The configuration, or every problem found, each one sentence for the operator that names
 * its variable and never repeats a secret.
 */
export function parseEnvironment(env: Environment): ParsedEnvironment {
  const problems: string[] = [];
  const reader: Reader = {
    read: (...names) => readOne(env, names, problems),
    complain: (sentence) => problems.push(sentence),
  };

  const port = parsePort(reader);
  const backend = parseBackend(reader);
  const identity = parseIdentity(reader);
  if (backend.kind === "hosted" && identity.kind === "embedded") {
    reader.complain(
      "CONVEX_URL is set without Clerk: a hosted Convex deployment needs Clerk, so set CLERK_PUBLISHABLE_KEY and CLERK_JWT_ISSUER_DOMAIN too, or unset CONVEX_URL to use the embedded engine.",
    );
  }
  const config: ServerConfig = {
    port,
    host: parseHost(reader),
    dataDir: reader.read("PARLEY_DATA") ?? "./data",
    publicUrl: parsePublicUrl(reader, port),
    backend,
    identity,
    trustedProxies: parseTrustedProxies(reader),
    rateLimitFactor: parseRateLimitFactor(reader),
    eventsSecret: parseEventsSecret(reader),
    // With Clerk, mail is Clerk's.
    mail: identity.kind === "clerk" ? null : parseMail(reader),
  };
  if (identity.kind === "clerk") complainOfUnheard(reader);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config };
}

/** Reads one variable that may go by several names, and collects what is wrong. */
type Reader = {
  read: (...names: [string, ...string[]]) => string | null;
  complain: (sentence: string) => void;
};

function readOne(env: Environment, names: string[], problems: string[]): string | null {
  let found: { name: string; value: string } | null = null;
  for (const name of names) {
    const value = env[name]?.trim();
    if (!value) continue;
    if (found && found.value !== value) {
      problems.push(`${found.name} and ${name} say different things; set only one of them.`);
    }
    found ??= { name, value };
  }
  return found?.value ?? null;
}

function parsePort({ read, complain }: Reader): number {
  const text = read("PORT");
  if (text === null) return 3000;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  complain("PORT must be a whole number from 1 to 65535.");
  return 3000;
}

function parseHost({ read, complain }: Reader): string {
  const host = read("HOST") ?? "127.0.0.1";
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(bare)) return bare;
  complain("HOST must be an address or a host name to listen on, such as 127.0.0.1 or 0.0.0.0.");
  return "127.0.0.1";
}

function parsePublicUrl({ read, complain }: Reader, port: number): string {
  const text = read("PARLEY_URL");
  if (text === null) return `http://localhost:${port}`;
  const origin = parseOrigin(text);
  if (origin) return origin;
  complain(
    "PARLEY_URL must be the address people open, such as https://chat.example.org, without a path.",
  );
  return `http://localhost:${port}`;
}

function parseBackend({ read, complain }: Reader): BackendConfig {
  const text = read("CONVEX_URL", "NEXT_PUBLIC_CONVEX_URL");
  const siteText = read("CONVEX_SITE_URL", "NEXT_PUBLIC_CONVEX_SITE_URL");
  if (text === null) return { kind: "embedded" };
  const convexUrl = parseOrigin(text);
  if (!convexUrl || convexUrl.endsWith(".convex.site")) {
    complain(
      "CONVEX_URL must be the address of a Convex deployment, such as https://happy-otter-123.convex.cloud.",
    );
    return { kind: "embedded" };
  }
  const derived = convexUrl.endsWith(".convex.cloud")
    ? convexUrl.replace(/\.convex\.cloud$/, ".convex.site")
    : null;
  const siteUrl = siteText === null ? derived : parseOrigin(siteText);
  if (siteText !== null && siteUrl === null) {
    complain("CONVEX_SITE_URL must be the address of the deployment's HTTP actions.");
  }
  return { kind: "hosted", convexUrl, siteUrl };
}

function parseIdentity(reader: Reader): EmbeddedIdentityConfig | ClerkIdentityConfig {
  const { read, complain } = reader;
  const signUp = parseSignUp(reader);
  const providers = parseSignInProviders({ ...reader, isLoopbackHost });
  const publishableKey = read("CLERK_PUBLISHABLE_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY");
  const secretKey = read("CLERK_SECRET_KEY");
  const issuerText = read(
    "CLERK_JWT_ISSUER_DOMAIN",
    "NEXT_PUBLIC_CLERK_JWT_ISSUER_DOMAIN",
    "NEXT_PUBLIC_CLERK_FRONTEND_API_URL",
  );
  const webhookSecret = read("CLERK_WEBHOOK_SIGNING_SECRET");
  if (!publishableKey && !secretKey && !issuerText && !webhookSecret) {
    return { kind: "embedded", signUp, providers };
  }
  if (providers.length > 0) {
    const [first] = providers;
    complain(
      `Both Clerk and ${first?.name} are configured: with Clerk, its dashboard says who else people sign in with, so unset the variables of one of them.`,
    );
  }

  const missing = [
    publishableKey ? null : "CLERK_PUBLISHABLE_KEY",
    issuerText ? null : "CLERK_JWT_ISSUER_DOMAIN",
  ].filter((name) => name !== null);
  if (missing.length > 0) {
    complain(
      `Clerk is only half configured: set ${missing.join(" and ")} too, or unset every CLERK_ variable to use the embedded sign-in.`,
    );
  }
  const keyHost = publishableKey && hostOfClerkKey(publishableKey);
  if (publishableKey && keyHost === null) {
    complain(
      "CLERK_PUBLISHABLE_KEY does not look like a publishable key (pk_test_… or pk_live_…).",
    );
  }
  const issuer = issuerText ? parseIssuer(issuerText) : "";
  if (issuer === null) {
    complain(
      "CLERK_JWT_ISSUER_DOMAIN must be Clerk's https address, such as https://happy-otter-1.clerk.accounts.dev; plain http is accepted only on this machine.",
    );
  }
  if (keyHost && issuer && new URL(issuer).host !== keyHost) {
    complain(
      `CLERK_PUBLISHABLE_KEY is of ${keyHost}, and CLERK_JWT_ISSUER_DOMAIN says ${new URL(issuer).host}: take both from the same instance in Clerk's dashboard.`,
    );
  }
  return {
    kind: "clerk",
    publishableKey: publishableKey ?? "",
    issuer: issuer ?? "",
    secretKey,
    webhookSecret,
  };
}

/** A publishable key is the host of Clerk's front end, a dollar sign behind it, in base64; null for another text. */
function hostOfClerkKey(key: string): string | null {
  const encoded = /^pk_(?:test|live)_([A-Za-z0-9+/=_-]{4,500})$/.exec(key)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("latin1");
  return /^([a-z0-9.:-]+)\$$/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** What only the embedded sign-in heeds: whoever sets it would believe that it counts. */
function complainOfUnheard({ read, complain }: Reader): void {
  for (const name of ["PARLEY_SIGNUP", "SMTP_URL", "MAIL_FROM"]) {
    if (read(name) === null) continue;
    complain(
      `${name} says nothing while people sign in with Clerk, whose dashboard has that setting: unset it.`,
    );
  }
}

function parseSignUp({ read, complain }: Reader): SignUpPolicy {
  const text = read("PARLEY_SIGNUP") ?? "open";
  if (text === "open" || text === "invite" || text === "closed") return text;
  complain("PARLEY_SIGNUP must be open, invite or closed.");
  return "closed";
}

function parseTrustedProxies({ read, complain }: Reader): string[] {
  const entries = (read("PARLEY_TRUSTED_PROXIES") ?? "")
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  if (entries.length > TRUSTED_PROXIES_MAX || !entries.every(isAddressOrRange)) {
    complain(
      "PARLEY_TRUSTED_PROXIES must be addresses or ranges separated by commas, such as 127.0.0.1, 10.0.0.0/8.",
    );
    return [];
  }
  return entries;
}

function isAddressOrRange(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

function parseRateLimitFactor({ read, complain }: Reader): number {
  const text = read("PARLEY_RATE_LIMITS");
  if (text === null) return 1;
  const factor = Number(text);
  if (Number.isFinite(factor) && factor > 0 && factor <= RATE_LIMIT_FACTOR_MAX) return factor;
  complain("PARLEY_RATE_LIMITS must be a number above 0, such as 1 or 100.");
  return 1;
}

function parseEventsSecret({ read, complain }: Reader): string | null {
  const secret = read("PARLEY_EVENTS_SECRET");
  if (secret === null) return null;
  const isUsable = /^[\x21-\x7e]+$/.test(secret);
  if (isUsable && secret.length >= SECRET_LENGTH_MIN && secret.length <= SECRET_LENGTH_MAX) {
    return secret;
  }
  complain(
    `PARLEY_EVENTS_SECRET must be ${SECRET_LENGTH_MIN} to ${SECRET_LENGTH_MAX} printable characters without spaces.`,
  );
  return null;
}

function parseMail({ read, complain }: Reader): ServerConfig["mail"] {
  const smtpUrl = read("SMTP_URL");
  const from = read("MAIL_FROM");
  if (!smtpUrl && !from) return null;
  if (!smtpUrl || !from) {
    complain(
      `Mail is only half configured: set ${smtpUrl ? "MAIL_FROM" : "SMTP_URL"} too, or neither.`,
    );
    return null;
  }
  if (!URL.canParse(smtpUrl) || !/^smtps?:$/.test(new URL(smtpUrl).protocol)) {
    complain("SMTP_URL must look like smtp://user:password@mail.example.org:587.");
    return null;
  }
  return { smtpUrl, from };
}

/** The origin of an http(s) address that has nothing but an origin, else `null`. */
function parseOrigin(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  const isBare = url.pathname === "/" && url.search === "" && url.hash === "";
  const hasUser = url.username !== "" || url.password !== "";
  return isWeb && isBare && !hasUser ? url.origin : null;
}

/** Clerk's dashboard shows the issuer as a URL, people also paste the bare domain. */
function parseIssuer(text: string): string | null {
  const origin = parseOrigin(text.includes("://") ? text : `https://${text}`);
  if (!origin) return null;
  return origin.startsWith("https:") || isLoopbackHost(new URL(origin).hostname) ? origin : null;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether a host name as `URL` spells it names this machine: `localhost`, `127.x.y.z`, `[::1]`. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (bare === "localhost" || bare.endsWith(".localhost")) return true;
  const version = isIP(bare);
  return version !== 0 && loopback.check(bare, version === 4 ? "ipv4" : "ipv6");
}

import type { JWK } from "jose";
import type { Log } from "../base/environment.ts";
import { nestsTooDeeply } from "../values/json-nesting.ts";
import { type AuthProvider, normalizeIssuer } from "./auth-config.ts";
import { AuthenticationError } from "./authentication-error.ts";

/** What fetching keys needs of the world. */
export interface KeySetSurroundings {
  now: () => number;
  fetch: typeof globalThis.fetch;
  log: Log;
}

/** Times of a key set. Keys rotate rarely, and an issuer that is down must not lock people out. */
export const KEY_SET_TIMES = {
  freshMs: 10 * 60_000,
  /** How often an unknown key id may make us look again. */
  refreshMs: 30_000,
  retryMs: 5_000,
  lastGoodMs: 24 * 3600_000,
  fetchTimeoutMs: 5_000,
} as const;

const BODY_BYTES_MAX = 1024 * 1024;
const KEYS_MAX = 100;

/**
 * The public keys of one issuer.
 *
 * It holds the keys last fetched and when. At most one fetch is under way. While fetching fails, the
 * last good keys stay in force for a day.
 */
export class KeySet {
  readonly #provider: AuthProvider;
  readonly #around: KeySetSurroundings;
  #keys: JWK[] = [];
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #failure: unknown = null;
  #fetching: Promise<void> | null = null;

  constructor(provider: AuthProvider, around: KeySetSurroundings) {
    this.#provider = provider;
    this.#around = around;
  }

  /**
   * The keys among which the wanted one should be.
   *
   * @param isWanted When no key is wanted, the issuer may have rotated: look again, but not for
   *   every token that somebody makes up.
   * @throws AuthenticationError("AuthProviderDiscoveryFailed") when there are no keys to be had.
   */
  async find(isWanted: (key: JWK) => boolean): Promise<JWK[]> {
    if (this.#age() > KEY_SET_TIMES.freshMs) await this.#refresh(KEY_SET_TIMES.retryMs);
    let wanted = this.#keys.filter(isWanted);
    if (wanted.length === 0) {
      await this.#refresh(KEY_SET_TIMES.refreshMs);
      wanted = this.#keys.filter(isWanted);
    }
    if (this.#age() > KEY_SET_TIMES.lastGoodMs) {
      throw new AuthenticationError(
        "AuthProviderDiscoveryFailed",
        "The keys of this token's issuer cannot be fetched.",
        { cause: this.#failure },
      );
    }
    return wanted;
  }

  #age(): number {
    return this.#around.now() - this.#fetchedAtMs;
  }

  async #refresh(pauseMs: number): Promise<void> {
    if (this.#fetching === null) {
      if (this.#around.now() - this.#triedAtMs < pauseMs) return;
      this.#triedAtMs = this.#around.now();
      this.#fetching = this.#load().finally(() => {
        this.#fetching = null;
      });
    }
    await this.#fetching;
  }

  async #load(): Promise<void> {
    try {
      this.#keys = readKeys(await this.#fetchKeySet());
      this.#fetchedAtMs = this.#around.now();
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
      this.#around.log("warn", "The keys of an issuer of tokens could not be fetched.", {
        issuer: this.#provider.issuer,
        reason: error instanceof Error ? error.message : "unknown",
      });
    }
  }

  async #fetchKeySet(): Promise<unknown> {
    if (this.#provider.type === "oidc") {
      const { issuer } = this.#provider;
      const discovered = await this.#fetchJson(`${issuer}/.well-known/openid-configuration`, null);
      return this.#fetchJson(keySetUrlOf(discovered, issuer), null);
    }
    const { jwks } = this.#provider;
    if (/^data:/i.test(jwks)) return parseJson(readDataUrl(jwks));
    return this.#fetchJson(jwks, /^application\/(jwk-set\+)?json\b/i);
  }

  async #fetchJson(url: string, contentType: RegExp | null): Promise<unknown> {
    const { host } = new URL(url);
    const response = await this.#around.fetch(url, {
      redirect: "error",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(KEY_SET_TIMES.fetchTimeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${host} answered with status ${response.status}.`);
    }
    if (contentType !== null && !contentType.test(response.headers.get("content-type") ?? "")) {
      await response.body?.cancel();
      throw new Error(`${host} answered with another content type than JSON.`);
    }
    return parseJson(await readBounded(response));
  }
}

function keySetUrlOf(discovered: unknown, issuer: string): string {
  if (!isRecord(discovered)) throw new Error("The OpenID configuration is not an object.");
  if (typeof discovered.issuer !== "string" || normalizeIssuer(discovered.issuer) !== issuer) {
    throw new Error("The OpenID configuration is of another issuer.");
  }
  const url = discovered.jwks_uri;
  const isSafe = issuer.startsWith("http:") ? /^https?:/i : /^https:/i;
  if (typeof url !== "string" || !URL.canParse(url) || !isSafe.test(url)) {
    throw new Error("The OpenID configuration has no usable jwks_uri.");
  }
  return url;
}

function readKeys(json: unknown): JWK[] {
  if (!isRecord(json) || !Array.isArray(json.keys)) throw new Error("A key set must have `keys`.");
  return json.keys.filter(isRecord).slice(0, KEYS_MAX) as JWK[];
}

function readDataUrl(url: string): string {
  const comma = url.indexOf(",");
  if (comma === -1) throw new Error("A data URL must have a comma.");
  const body = decodeURIComponent(url.slice(comma + 1));
  const isBase64 = /;base64$/i.test(url.slice(0, comma));
  return isBase64 ? Buffer.from(body, "base64").toString("utf8") : body;
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    parts.push(read.value);
    bytes += read.value.length;
    if (bytes > BODY_BYTES_MAX) {
      await reader?.cancel();
      throw new Error("The answer is larger than 1 MB.");
    }
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseJson(text: string): unknown {
  if (text.length > BODY_BYTES_MAX || nestsTooDeeply(text))
    throw new Error("The answer is too large.");
  return JSON.parse(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

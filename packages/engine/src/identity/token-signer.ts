import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";

/** What a caller may not say: the engine says it. */
const RESERVED = new Set(["iss", "iat", "exp", "nbf"]);
const LIFETIME_MAX_S = 3_600;
const ALGORITHM = "ES256";

/** Where the key is kept between two starts, as text. */
export interface KeyPlace {
  read(): string | null;
  write(text: string): void;
}

/**
 * Signs tokens with the deployment's own key, for `ctx.auth.signJwt`.
 *
 * The key is made when it is first wanted. Whoever knows the address of the deployment can check
 * the tokens with `publicKeys`.
 */
export class TokenSigner {
  readonly #issuer: string;
  readonly #place: KeyPlace;
  readonly #nowMs: () => number;
  #key: Promise<JWK> | null = null;

  constructor(issuer: string, place: KeyPlace, nowMs: () => number) {
    this.#issuer = issuer;
    this.#place = place;
    this.#nowMs = nowMs;
  }

  /**
   * @param component Whose function asks; it shows in the issuer.
   * @throws Error for claims that are reserved and for lifetimes out of bounds.
   */
  async sign(component: string, options: Record<string, JSONValue | undefined>): Promise<string> {
    const lifetimeS = options.expiresInSeconds;
    if (typeof lifetimeS !== "number" || !(lifetimeS >= 1 && lifetimeS <= LIFETIME_MAX_S)) {
      throw new Error(`\`expiresInSeconds\` must be between 1 and ${LIFETIME_MAX_S}.`);
    }
    const claims = checkClaims(options.claims);
    const key = await this.#signingKey();
    const nowS = Math.floor(this.#nowMs() / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid!, typ: "JWT" })
      .setIssuer(component === "" ? this.#issuer : `${this.#issuer}/components/${component}`)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + Math.floor(lifetimeS))
      .sign(await importJWK(key, ALGORITHM));
  }

  /** A JSON Web Key Set without anything secret. */
  async publicKeys(): Promise<JSONObject> {
    const { kty, crv, x, y, kid } = await this.#signingKey();
    return { keys: [{ kty, crv, x, y, kid, alg: ALGORITHM, use: "sig" } as JSONObject] };
  }

  #signingKey(): Promise<JWK> {
    this.#key ??= this.#readOrMake();
    return this.#key;
  }

  async #readOrMake(): Promise<JWK> {
    const kept = this.#place.read();
    if (kept !== null) return JSON.parse(kept) as JWK;
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const made = await exportJWK(privateKey);
    const key = { ...made, kid: `${made.x?.slice(0, 16)}` };
    this.#place.write(JSON.stringify(key));
    return key;
  }
}

function checkClaims(claims: JSONValue | undefined): JSONObject {
  if (claims === undefined) return {};
  if (!isJSONObject(claims)) throw new Error("`claims` must be an object.");
  for (const name of Object.keys(claims)) {
    if (RESERVED.has(name) || /^(convex|cvx)/i.test(name)) {
      throw new Error(`The claim "${name.slice(0, 80)}" is reserved.`);
    }
  }
  return claims;
}

import { errors, importJWK, type JWK, type JWTPayload, jwtVerify } from "jose";
import { isJSONObject } from "../values/json.ts";
import { nestsTooDeeply } from "../values/json-nesting.ts";
import { type AuthProvider, describeProvider, normalizeIssuer } from "./auth-config.ts";
import { AuthenticationError } from "./authentication-error.ts";
import type { VerifiedIdentity } from "./caller.ts";
import { identityFromClaims } from "./identity-claims.ts";
import { KeySet, type KeySetSurroundings } from "./key-set.ts";

export { AuthenticationError } from "./authentication-error.ts";
export type { VerifiedIdentity } from "./caller.ts";

export interface TokenVerifier {
  /**
   * Checks a token and says whom it names.
   *
   * @throws AuthenticationError for anything that is not a valid token of one of the providers.
   */
  verify(token: string): Promise<VerifiedIdentity>;
}

const TOKEN_LENGTH_MAX = 64 * 1024;
const CLOCK_LEEWAY_S = 5;
const CLAIMS_NESTING_MAX = 20;

/** Fixed by provider, never taken from the token: that is how algorithms get confused. */
const OIDC_ALGORITHMS = ["RS256", "EdDSA"];

const KEY_TYPES: Readonly<Record<string, { kty: string; crv?: string }>> = {
  RS256: { kty: "RSA" },
  ES256: { kty: "EC", crv: "P-256" },
  EdDSA: { kty: "OKP", crv: "Ed25519" },
};

/**
 * Makes a verifier of the tokens of the given providers. It fails closed: whatever goes wrong, the
 * token is refused.
 *
 * @param options.now Wall clock, ms.
 * @param options.log Gets one line for each refused token, which names what failed and no token.
 * Source: RFC 7519, RFC 8725; SPEC ID3 to ID7.
 */
export function createTokenVerifier(
  options: { providers: readonly AuthProvider[] } & KeySetSurroundings,
): TokenVerifier {
  const { providers, log } = options;
  const keySets = new Map(providers.map((provider) => [provider, new KeySet(provider, options)]));

  async function verify(token: string): Promise<VerifiedIdentity> {
    const parts = readUnverified(token);
    const provider = findProvider(providers, parts);
    const claims = await verifyWith(token, parts, provider, keySets.get(provider)!, options.now);
    const identity = identityFromClaims(claims, provider);
    return {
      identity,
      tokenIdentifier: `${claims.iss}|${claims.sub}`,
      expiresAtMs: claims.exp * 1000,
      token,
    };
  }

  return {
    async verify(token) {
      try {
        return await verify(token);
      } catch (error) {
        const refusal = asRefusal(error);
        log("warn", "A token was refused.", { code: refusal.code, reason: refusal.message });
        throw refusal;
      }
    },
  };
}

interface UnverifiedParts {
  algorithm: unknown;
  keyId: unknown;
  issuer: string;
  audiences: string[];
}

/** Reads what decides by which key the token is to be checked. Nothing here is believed yet. */
function readUnverified(token: string): UnverifiedParts {
  if (token.length > TOKEN_LENGTH_MAX) throw invalid("the token is too long");
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) throw invalid("it is not a signed JWT");
  const { alg, kid } = decodePart(header, "header");
  const { iss, aud } = decodePart(payload, "payload");
  if (typeof iss !== "string") throw invalid("the claim `iss` is missing or not a string");
  return { algorithm: alg, keyId: kid, issuer: iss, audiences: readAudiences(aud) };
}

function decodePart(part: string, name: string): Record<string, unknown> {
  const text = Buffer.from(part, "base64url").toString("utf8");
  if (nestsTooDeeply(text, CLAIMS_NESTING_MAX)) throw invalid(`its ${name} nests too deeply`);
  try {
    const json: unknown = JSON.parse(text);
    if (isJSONObject(json)) return json;
  } catch {
    // Said below, like every other way not to be an object.
  }
  throw invalid(`its ${name} is not a JSON object`);
}

function readAudiences(aud: unknown): string[] {
  if (typeof aud === "string") return [aud];
  if (aud === undefined) return [];
  if (Array.isArray(aud) && aud.every((one) => typeof one === "string")) return aud;
  throw invalid("the claim `aud` is neither a string nor a list of strings");
}

function findProvider(
  providers: readonly AuthProvider[],
  { issuer, audiences }: UnverifiedParts,
): AuthProvider {
  const normalized = normalizeIssuer(issuer);
  const provider = providers.find(
    (candidate) =>
      candidate.issuer === normalized &&
      (candidate.applicationId === null || audiences.includes(candidate.applicationId)),
  );
  if (provider !== undefined) return provider;
  const known = providers.length === 0 ? "none" : providers.map(describeProvider).join(", ");
  throw new AuthenticationError(
    "NoAuthProvider",
    `No auth provider found matching the given token (claims \`iss\` and \`aud\`). Configured: ${known}.`,
  );
}

async function verifyWith(
  token: string,
  { algorithm, keyId, issuer }: UnverifiedParts,
  provider: AuthProvider,
  keySet: KeySet,
  now: () => number,
): Promise<JWTPayload & { iss: string; sub: string; exp: number }> {
  const allowed = provider.type === "oidc" ? OIDC_ALGORITHMS : [provider.algorithm];
  if (typeof algorithm !== "string" || !allowed.includes(algorithm)) {
    throw invalid(`its algorithm is not ${allowed.join(" or ")}`);
  }
  const jwk = await findKey(keySet, algorithm, keyId, provider);
  const { payload } = await jwtVerify(token, await importJWK(jwk, algorithm), {
    algorithms: allowed,
    issuer,
    ...(provider.applicationId === null ? {} : { audience: provider.applicationId }),
    requiredClaims: ["exp", "sub"],
    clockTolerance: CLOCK_LEEWAY_S,
    currentDate: new Date(now()),
  });
  const { sub, exp, iat } = payload;
  if (typeof sub !== "string" || sub === "") throw invalid("the claim `sub` is not a string");
  if (!Number.isFinite(exp)) throw invalid("the claim `exp` is missing or not a time");
  if (iat !== undefined && (typeof iat !== "number" || iat > now() / 1000 + CLOCK_LEEWAY_S)) {
    throw invalid("the claim `iat` is not a time in the past");
  }
  return { ...payload, iss: issuer, sub, exp: exp as number };
}

async function findKey(
  keySet: KeySet,
  algorithm: string,
  keyId: unknown,
  provider: AuthProvider,
): Promise<JWK> {
  const isNamed = typeof keyId === "string";
  // Only OpenID Connect lets an issuer that has a single key leave its name out.
  if (!isNamed && (keyId !== undefined || provider.type !== "oidc")) {
    throw invalid("its header names no key (`kid`)");
  }
  const keys = await keySet.find(
    (key) => isUsable(key, algorithm) && (!isNamed || key.kid === keyId),
  );
  const [key] = keys;
  if (key === undefined) throw invalid("its key (`kid`) is not one of the issuer's");
  if (keys.length > 1) throw invalid("several keys of the issuer would fit (`kid`)");
  return key;
}

function isUsable(key: JWK, algorithm: string): boolean {
  const type = KEY_TYPES[algorithm];
  return (
    type !== undefined &&
    key.kty === type.kty &&
    (type.crv === undefined || key.crv === type.crv) &&
    (key.use === undefined || key.use === "sig") &&
    (key.alg === undefined || key.alg === algorithm)
  );
}

function asRefusal(error: unknown): AuthenticationError {
  if (error instanceof AuthenticationError) return error;
  if (error instanceof errors.JWTExpired) return invalid("the claim `exp` is in the past", error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalid(`the claim \`${error.claim}\` does not hold`, error);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalid("its signature does not match", error);
  }
  return invalid("it is malformed", error);
}

function invalid(reason: string, cause?: unknown): AuthenticationError {
  return new AuthenticationError(
    "InvalidAuthHeader",
    `Could not verify the token: ${reason}.`,
    cause === undefined ? {} : { cause },
  );
}

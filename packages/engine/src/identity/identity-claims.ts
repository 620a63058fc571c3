import type { JWTPayload } from "jose";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import type { AuthProvider } from "./auth-config.ts";

/** Standard claims of OpenID Connect and the fields of an identity that they become. */
const STANDARD_CLAIMS: ReadonlyMap<string, string> = new Map([
  ["name", "name"],
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["nickname", "nickname"],
  ["preferred_username", "preferredUsername"],
  ["profile", "profileUrl"],
  ["picture", "pictureUrl"],
  ["website", "websiteUrl"],
  ["email", "email"],
  ["email_verified", "emailVerified"],
  ["gender", "gender"],
  ["birthdate", "birthday"],
  ["zoneinfo", "timezone"],
  ["locale", "language"],
  ["phone_number", "phoneNumber"],
  ["phone_number_verified", "phoneNumberVerified"],
  ["address", "address"],
  ["updated_at", "updatedAt"],
]);

const BOOLEAN_CLAIMS = new Set(["email_verified", "phone_number_verified"]);

/**
 * Claims about the token and not about the person. Most change with every renewal: were they part
 * of the identity, every renewal would re-run every query. `fva` is Clerk's, and counts minutes.
 */
const REGISTERED_CLAIMS = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "fva"];
const OIDC_REGISTERED_CLAIMS = ["auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash"];

const NESTING_MAX = 16;

/**
 * What `ctx.auth.getUserIdentity()` answers for the claims of a verified token.
 *
 * OIDC: standard claims under Convex's names, all others under their own. Custom: every claim under
 * its own name, objects flattened to `a.b`. Fields come in alphabetical order, so that equal
 * identities are equal texts.
 * Source: convex 1.48 `server/authentication.ts`; SPEC ID8 to ID10.
 */
export function identityFromClaims(
  claims: JWTPayload & { iss: string; sub: string },
  provider: AuthProvider,
): JSONObject {
  const fields = new Map<string, JSONValue>();
  for (const [claim, value] of Object.entries(claims as JSONObject)) {
    if (value === undefined || REGISTERED_CLAIMS.includes(claim)) continue;
    if (provider.type === "oidc") addOidcClaim(fields, claim, value);
    else addFlattened(fields, claim, value, 0);
  }
  // Last, for no claim may pass itself off as one of these.
  fields.set("tokenIdentifier", `${claims.iss}|${claims.sub}`);
  fields.set("issuer", claims.iss);
  fields.set("subject", claims.sub);
  fields.delete("__proto__");
  return Object.fromEntries([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addOidcClaim(fields: Map<string, JSONValue>, claim: string, value: JSONValue): void {
  if (OIDC_REGISTERED_CLAIMS.includes(claim)) return;
  const field = STANDARD_CLAIMS.get(claim);
  if (field === undefined) {
    // A claim that is called like one of our fields must not replace what the standard says.
    if (!fields.has(claim)) fields.set(claim, value);
    return;
  }
  const standard = standardValue(claim, value);
  if (standard !== null) fields.set(field, standard);
}

/** The value of a standard claim, or `null` when it has not the type that the standard says. */
function standardValue(claim: string, value: JSONValue): JSONValue {
  if (BOOLEAN_CLAIMS.has(claim)) return typeof value === "boolean" ? value : null;
  if (claim === "address") {
    const formatted = isJSONObject(value) ? value.formatted : undefined;
    return typeof formatted === "string" ? formatted : null;
  }
  if (claim === "updated_at") return updatedAt(value);
  return typeof value === "string" ? value : null;
}

function updatedAt(value: JSONValue): string | null {
  if (typeof value === "string") return value;
  if (typeof value !== "number" || Math.abs(value) > 8.64e12) return null;
  return new Date(value * 1000).toISOString();
}

function addFlattened(
  fields: Map<string, JSONValue>,
  name: string,
  value: JSONValue,
  nesting: number,
): void {
  if (!isJSONObject(value) || nesting >= NESTING_MAX) {
    fields.set(name, value);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) addFlattened(fields, `${name}.${key}`, inner, nesting + 1);
  }
}

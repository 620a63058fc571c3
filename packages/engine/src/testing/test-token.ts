import type { JSONObject } from "../values/json.ts";

/** Under which claim a token has what `getUserIdentity()` calls by another name. */
const CLAIMS: Record<string, string> = {
  subject: "sub",
  issuer: "iss",
  givenName: "given_name",
  familyName: "family_name",
  preferredUsername: "preferred_username",
  profileUrl: "profile",
  pictureUrl: "picture",
  emailVerified: "email_verified",
  birthday: "birthdate",
  timezone: "zoneinfo",
  language: "locale",
  phoneNumber: "phone_number",
  phoneNumberVerified: "phone_number_verified",
  updatedAt: "updated_at",
};

/** The unsigned token that a test's identity would have come from, for `getRequestMetadata()`. */
export function testToken({ tokenIdentifier: _, ...identity }: JSONObject): string {
  const claims = Object.entries(identity).map(([name, value]) => [
    Object.hasOwn(CLAIMS, name) ? CLAIMS[name] : name,
    value,
  ]);
  const parts = [{ alg: "none", typ: "JWT" }, Object.fromEntries(claims) as JSONObject];
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;
}

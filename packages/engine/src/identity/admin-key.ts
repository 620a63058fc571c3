import { createHash, timingSafeEqual } from "node:crypto";
import type { JSONObject } from "../values/json.ts";
import { AuthenticationError } from "./authentication-error.ts";
import type { Caller } from "./caller.ts";

/**
 * The caller that an admin key makes: it may call internal functions, and may speak for a person.
 *
 * @param key What was presented.
 * @param adminKey The engine's own; `null` when nobody is admin.
 * @param impersonating Attributes of the person, with `tokenIdentifier` or `issuer` and `subject`.
 * @throws AuthenticationError("BadAdminKey") for any other key, or an incomplete person.
 */
export function adminCaller(
  key: string,
  adminKey: string | null,
  impersonating: JSONObject | null,
): Caller {
  if (adminKey === null || !isSame(key, adminKey)) {
    throw new AuthenticationError(
      "BadAdminKey",
      "The provided admin key is not this deployment's.",
    );
  }
  return {
    kind: "admin",
    impersonating: impersonating === null ? null : completeIdentity(impersonating),
  };
}

/**
 * The caller of an `Authorization: Convex KEY` header, or `KEY:BASE64` where the second part is the
 * JSON of the person that the admin speaks for.
 *
 * @throws AuthenticationError("BadAdminKey")
 */
export function adminCallerFromHeader(credentials: string, adminKey: string | null): Caller {
  const colon = credentials.lastIndexOf(":");
  if (colon === -1 || (adminKey !== null && isSame(credentials, adminKey))) {
    return adminCaller(credentials, adminKey, null);
  }
  // The key first: only an admin learns whether the rest can be read.
  const key = credentials.slice(0, colon);
  adminCaller(key, adminKey, null);
  return adminCaller(key, adminKey, readPerson(credentials.slice(colon + 1)));
}

function readPerson(encoded: string): JSONObject {
  try {
    const json: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    if (typeof json === "object" && json !== null && !Array.isArray(json))
      return json as JSONObject;
  } catch {
    // Refused below like any other text that is no person.
  }
  throw incomplete();
}

function completeIdentity(attributes: JSONObject): JSONObject {
  const { tokenIdentifier, issuer, subject } = attributes;
  if (typeof tokenIdentifier === "string") return attributes;
  if (typeof issuer !== "string" || typeof subject !== "string") throw incomplete();
  return { ...attributes, tokenIdentifier: `${issuer}|${subject}` };
}

function incomplete(): AuthenticationError {
  return new AuthenticationError(
    "BadAdminKey",
    "A person to speak for needs `tokenIdentifier`, or `issuer` and `subject`.",
  );
}

/** Takes as long for a wrong key as for the right one, whatever their lengths. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

import type { JSONObject } from "../values/json.ts";

/** A token that was checked, and whom it names. */
export interface VerifiedIdentity {
  /** What `ctx.auth.getUserIdentity()` answers. */
  identity: JSONObject;
  /** `issuer|subject`, unique over all issuers. */
  tokenIdentifier: string;
  expiresAtMs: number;
  token: string;
}

/** On whose behalf a function runs. `invalid-token` is an HTTP action's caller whose token failed. */
export type Caller =
  | { kind: "anonymous" }
  | { kind: "user"; identity: VerifiedIdentity }
  | { kind: "admin"; impersonating: JSONObject | null }
  | { kind: "invalid-token" };

export const ANONYMOUS: Caller = { kind: "anonymous" };

/** What `getUserIdentity()` answers for this caller. Throws for a token that did not verify. */
export function identityOf(caller: Caller): JSONObject | null {
  switch (caller.kind) {
    case "anonymous":
      return null;
    case "user":
      return caller.identity.identity;
    case "admin":
      return caller.impersonating;
    case "invalid-token":
      throw new Error("The token of this request could not be verified.");
    default:
      return caller satisfies never;
  }
}

/** Equal for callers that no function can tell apart. */
export function callerKey(caller: Caller): string {
  switch (caller.kind) {
    case "anonymous":
    case "invalid-token":
      return caller.kind;
    case "user":
      return `user ${JSON.stringify(caller.identity.identity)}`;
    case "admin":
      return `admin ${JSON.stringify(caller.impersonating)}`;
    default:
      return caller satisfies never;
  }
}

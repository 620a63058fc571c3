import type { IncomingMessage } from "node:http";
import { adminCallerFromHeader } from "../identity/admin-key.ts";
import { AuthenticationError } from "../identity/authentication-error.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import type { TokenVerifier } from "../identity/token-verifier.ts";
import type { Sender } from "./function-caller.ts";
import { originOf, type ReadAddress } from "./origin.ts";

/** Who may come in, and how that is found out. */
export interface Gate {
  verifier: TokenVerifier;
  /** `null`: nobody is admin. */
  adminKey: string | null;
  readAddress: ReadAddress;
}

/** @throws AuthenticationError when the request says who it is from, and that does not hold. */
export async function senderOf(request: IncomingMessage, gate: Gate): Promise<Sender> {
  const origin = originOf(request, gate.readAddress);
  return { caller: await callerOf(request.headers.authorization, gate), origin };
}

/**
 * Whom a request is from, by its `Authorization` header: `Bearer TOKEN`, or `Convex ADMIN_KEY`.
 *
 * @param header `undefined`: nobody in particular.
 * @throws AuthenticationError when the header is there and does not hold.
 */
export async function callerOf(header: string | undefined, gate: Gate): Promise<Caller> {
  if (header === undefined) return ANONYMOUS;
  const space = header.indexOf(" ");
  const scheme = header.slice(0, Math.max(0, space)).toLowerCase();
  const credentials = header.slice(space + 1).trim();
  if (credentials !== "" && scheme === "bearer") {
    return { kind: "user", identity: await gate.verifier.verify(credentials) };
  }
  if (credentials !== "" && scheme === "convex") {
    return adminCallerFromHeader(credentials, gate.adminKey);
  }
  throw new AuthenticationError(
    "InvalidAuthHeader",
    "The Authorization header must be `Bearer TOKEN` or `Convex ADMIN_KEY`.",
  );
}

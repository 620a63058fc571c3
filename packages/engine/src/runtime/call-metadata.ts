import type { Caller } from "../identity/caller.ts";
import type { JobContext } from "./scheduled-job.ts";
import type { RuntimeServices } from "./services.ts";

/** Where a call comes from, as the door knows it that let it in. */
export interface CallOrigin {
  /** null when nobody asked over the network. */
  ip: string | null;
  userAgent: string | null;
}

/** The request from outside that a function is run for, also through functions that it calls. */
export interface RequestOrigin extends CallOrigin {
  requestId: string;
  /** The caller's, where the caller is not told any more who that is. */
  authToken?: string | null;
}

const NOWHERE: CallOrigin = { ip: null, userAgent: null };

/** @param origin Absent for a request of nobody's: a job, or the host itself. */
export function requestOf(
  { environment }: RuntimeServices,
  origin: CallOrigin | RequestOrigin = NOWHERE,
): RequestOrigin {
  if ("requestId" in origin) return origin;
  const requestId = Buffer.from(environment.randomBytes(8)).toString("hex");
  return { requestId, ...origin };
}

/** `ctx.meta.getRequestMetadata()`. Source: convex 1.48 `server/meta.ts`. */
export function requestMetadata(
  origin: RequestOrigin,
  caller: Caller,
  job: JobContext | null,
): string {
  return JSON.stringify({
    authToken: tokenOf(caller),
    ...origin,
    scheduledFunctionId: job?.id ?? null,
  });
}

/** The token that a caller was known by; null for admins and for who has none. */
export function tokenOf(caller: Caller): string | null {
  return caller.kind === "user" ? caller.identity.token : null;
}

/** `ctx.meta.getDeploymentMetadata()`: this is one machine, the smallest class that Convex has. */
export function deploymentMetadata({ deploymentName }: RuntimeServices): string {
  return JSON.stringify({ name: deploymentName, region: null, class: "s16" });
}

/** As much of `ctx.meta.getFunctionMetadata()` as the library does not know by itself. */
export function functionMetadata(path: string, componentPath: string): string {
  return JSON.stringify({ name: path, componentPath });
}

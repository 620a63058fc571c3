import type { Caller } from "../identity/caller.ts";
import { isJSONObject, type JSONValue } from "../values/json.ts";
import type { RequestOrigin } from "./call-metadata.ts";
import { FunctionCallError } from "./function-error.ts";
import type { RuntimeServices } from "./services.ts";

/**
 * `log.audit`: a line in the engine's log, with what its variables stand for. What the body says
 * is for that log: that is what the function asks for.
 *
 * Source: convex 1.48 `server/audit_logging.ts`.
 */
export function writeAuditLog(
  services: RuntimeServices,
  origin: RequestOrigin,
  caller: Caller,
  body: JSONValue | undefined,
): void {
  if (!isJSONObject(body))
    throw new FunctionCallError("The body of an audit log must be an object.");
  const variables: Record<string, JSONValue> = {
    requestId: origin.requestId,
    ip: origin.ip,
    userAgent: origin.userAgent,
    now: services.environment.nowMs(),
    convexActor: caller.kind === "admin" ? "admin" : null,
  };
  services.environment.log("info", "Audit.", { body: resolveVariables(body, variables) });
}

function resolveVariables(value: JSONValue, variables: Record<string, JSONValue>): JSONValue {
  if (Array.isArray(value)) return value.map((one) => resolveVariables(one, variables));
  if (!isJSONObject(value)) return value;
  if (typeof value.$var === "string") return variables[value.$var] ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      resolveVariables(one as JSONValue, variables),
    ]),
  );
}

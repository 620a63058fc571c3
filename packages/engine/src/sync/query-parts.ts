import { ANONYMOUS } from "../identity/caller.ts";
import type { QueryParts } from "../runtime/registered-function.ts";
import type { JSONObject } from "../values/json.ts";
import type { QueryRequest } from "./watched-query.ts";

/** The gate gets the arguments that it declares, so that other arguments ask it nothing new. */
export function gateRequest({ gate }: QueryParts, { args, caller }: QueryRequest): QueryRequest {
  const validator = gate.argsValidator;
  const names = validator?.type === "object" ? Object.keys(validator.value) : null;
  const own = names ? Object.entries(args).filter(([name]) => names.includes(name)) : null;
  return {
    functionPath: gate.path,
    args: own ? Object.fromEntries(own) : args,
    caller,
    journal: null,
  };
}

/**
 * What is shared is asked for by nobody in particular.
 *
 * The stock client numbers its paginations (`paginationOpts.id`) so that one begun anew is no old
 * one to a cache; here a page that has grown is never given to a newcomer, and the number would only
 * part clients that ask the same.
 */
export function sharedRequest(
  { shared }: QueryParts,
  { args, journal }: QueryRequest,
): QueryRequest {
  const options = args.paginationOpts;
  let common = args;
  if (typeof options === "object" && options !== null && !Array.isArray(options)) {
    const { id: _, ...paginationOpts } = options as JSONObject;
    common = { ...args, paginationOpts };
  }
  return { functionPath: shared.path, args: common, caller: ANONYMOUS, journal };
}

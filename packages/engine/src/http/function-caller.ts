import type { Caller } from "../identity/caller.ts";
import type { CallOrigin } from "../runtime/call-metadata.ts";
import type { FunctionResult } from "../runtime/outcome.ts";
import type { JSONObject } from "../values/json.ts";

export type CallResult = FunctionResult;

/** Whom a request is from, and from where. */
export interface Sender {
  caller: Caller;
  origin: CallOrigin;
}

/**
 * What the HTTP doors need of the machine. Paths are canonical, arguments are any JSON object; a
 * function that fails is a result. What is thrown is operating trouble (EngineError) or a bug.
 */
export interface FunctionCaller {
  runQuery(path: string, args: JSONObject, from: Sender): Promise<CallResult>;
  runMutation(path: string, args: JSONObject, from: Sender): Promise<CallResult>;
  runAction(path: string, args: JSONObject, from: Sender): Promise<CallResult>;
  /** Whatever kind of function it is. */
  runFunction(path: string, args: JSONObject, from: Sender): Promise<CallResult>;
  /** At an older timestamp, as far back as there is one; absent where there is no history. */
  runQueryAt?(path: string, args: JSONObject, from: Sender, ts: bigint): Promise<CallResult>;
  /** The request's URL has the path that the functions' router knows. */
  runHttpAction(request: Request, from: Sender): Promise<Response>;
  latestTimestamp(): bigint;
}

import type { Caller } from "../identity/caller.ts";
import type { FunctionResult } from "../runtime/outcome.ts";
import type { JSONObject } from "../values/json.ts";

export type CallResult = FunctionResult;

/**
 * What the HTTP doors need of the machine. Paths are canonical, arguments are any JSON object; a
 * function that fails is a result. What is thrown is operating trouble (EngineError) or a bug.
 */
export interface FunctionCaller {
  runQuery(path: string, args: JSONObject, caller: Caller): Promise<CallResult>;
  runMutation(path: string, args: JSONObject, caller: Caller): Promise<CallResult>;
  runAction(path: string, args: JSONObject, caller: Caller): Promise<CallResult>;
  /** Whatever kind of function it is. */
  runFunction(path: string, args: JSONObject, caller: Caller): Promise<CallResult>;
  /** At an older timestamp, as far back as there is one; absent where there is no history. */
  runQueryAt?(path: string, args: JSONObject, caller: Caller, ts: bigint): Promise<CallResult>;
  /** The request's URL has the path that the functions' router knows. */
  runHttpAction(request: Request, caller: Caller): Promise<Response>;
  latestTimestamp(): bigint;
}

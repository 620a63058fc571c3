import type { ValidatorJson } from "../schema/validator.ts";

export type FunctionKind = "query" | "mutation" | "action" | "httpAction";
export type Visibility = "public" | "internal";

/** A function of the user's as the stock `convex/server` library registers it. Source: convex 1.48
 * `server/impl/registration_impl.ts`. */
export interface ConvexFunctionObject {
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
  isHttp?: boolean;
  isPublic?: boolean;
  isInternal?: boolean;
  exportArgs?: () => string;
  exportReturns?: () => string;
  invokeQuery?: (args: string) => Promise<string>;
  invokeMutation?: (args: string) => Promise<string>;
  invokeAction?: (requestId: string, args: string) => Promise<string>;
  invokeHttpAction?: (request: Request) => Promise<Response>;
  /**
   * An offer to us, which Convex does not know and does not need: the query is `gate`, then `shared`.
   * `shared` gets the same arguments and does not ask who is calling.
   */
  parts?: { gate: ConvexFunctionObject; shared: ConvexFunctionObject };
}

/** A query in two: who may see the result, asked for each caller, and the result, the same for all. */
export interface QueryParts {
  gate: RegisteredFunction;
  shared: RegisteredFunction;
}

/** One exported function with everything that calling it needs. */
export interface RegisteredFunction {
  /** `module/path:export`. */
  path: string;
  kind: FunctionKind;
  visibility: Visibility;
  /** null: no validator was given, anything goes. */
  argsValidator: ValidatorJson | null;
  returnsValidator: ValidatorJson | null;
  object: ConvexFunctionObject;
  /** Present when a public query says what of it is the same for everybody. */
  parts?: QueryParts;
}

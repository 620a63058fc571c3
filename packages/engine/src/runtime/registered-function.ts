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
}

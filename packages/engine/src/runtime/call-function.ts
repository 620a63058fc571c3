import { limits } from "../base/limits.ts";
import { argumentError, returnError, validateValue } from "../schema/validator.ts";
import { hasCommitTs } from "../values/commit-ts.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { requireNotStopped } from "./checkpoint.ts";
import { FunctionCallError } from "./function-error.ts";
import { type Invocation, runInInvocation } from "./invocation.ts";
import type { FunctionKind, RegisteredFunction } from "./registered-function.ts";
import { type RuntimeServices, tableNameOfId } from "./services.ts";

/**
 * Finds a function for a call from outside or from another function.
 *
 * @throws FunctionCallError for unknown, internal (unless allowed) and wrong-kind functions.
 */
export function requireFunction(
  services: RuntimeServices,
  path: string,
  kind: FunctionKind,
  allowsInternal: boolean,
): RegisteredFunction {
  const found = services.registry.find(path);
  if (
    !found ||
    found.kind === "httpAction" ||
    (found.visibility === "internal" && !allowsInternal)
  ) {
    const which = allowsInternal ? "function" : "public function";
    throw new FunctionCallError(
      `Could not find ${which} for '${path}'. Did you forget to run \`npx convex dev\`?`,
    );
  }
  if (found.kind !== kind) {
    const [modulePath, exportName] = splitPath(path);
    throw new FunctionCallError(
      `Trying to execute ${modulePath}.js:${exportName} as ${capitalise(kind)}, but it is defined as ${capitalise(found.kind)}.`,
    );
  }
  return found;
}

/**
 * Calls a function: arguments checked before, result after.
 *
 * @returns The result as encoded JSON text.
 * @throws Whatever the function throws; FunctionCallError for arguments or results that do not fit.
 */
export async function callFunction(
  services: RuntimeServices,
  registered: RegisteredFunction,
  args: JSONObject,
  invocation: Invocation,
): Promise<string> {
  const tableOfId = (id: string) => tableNameOfId(services, id);
  if (registered.argsValidator) {
    const failure = validateValue(registered.argsValidator, args, tableOfId);
    if (failure) throw new FunctionCallError(argumentError(failure));
  }
  const argsText = JSON.stringify([args]);
  if (argsText.length > limits.argumentBytesMax) {
    throw new FunctionCallError(
      `Arguments for ${registered.path} are too large (limit: ${limits.argumentBytesMax} bytes)`,
    );
  }
  if (!invocation.isNested && hasCommitTs(argsText)) {
    throw new FunctionCallError(
      `Arguments for ${registered.path} hold an unresolved placeholder value: only functions that a mutation calls can be given one.`,
    );
  }
  invocation.functionPath = registered.path;
  let resultJson: string;
  try {
    resultJson = await runInInvocation(invocation, () => invoke(registered, argsText));
  } finally {
    requireNotStopped(invocation);
  }
  if (resultJson.length > limits.resultBytesMax) {
    throw new FunctionCallError(
      `Function ${registered.path} return value is too large (limit: ${limits.resultBytesMax} bytes)`,
    );
  }
  if (registered.returnsValidator) {
    const value = JSON.parse(resultJson) as JSONValue;
    const failure = validateValue(registered.returnsValidator, value, tableOfId);
    if (failure) throw new FunctionCallError(returnError(failure));
  }
  return resultJson;
}

function invoke(registered: RegisteredFunction, argsText: string): Promise<string> {
  const { kind, object, path } = registered;
  switch (kind) {
    case "query":
      return object.invokeQuery!(argsText);
    case "mutation":
      return object.invokeMutation!(argsText);
    case "action":
      return object.invokeAction!("", argsText);
    case "httpAction":
      throw new FunctionCallError(`${path} is an HTTP action and can only be requested by HTTP.`);
    default:
      return kind satisfies never;
  }
}

function splitPath(path: string): [string, string] {
  const colon = path.lastIndexOf(":");
  return colon < 0 ? [path, "default"] : [path.slice(0, colon), path.slice(colon + 1)];
}

function capitalise(kind: FunctionKind): string {
  return kind === "httpAction" ? "HttpAction" : `${kind[0]!.toUpperCase()}${kind.slice(1)}`;
}

import { noteRunning } from "../base/event-loop-watch.ts";
import { limits } from "../base/limits.ts";
import { tameThrown } from "../base/thrown.ts";
import { argumentError, returnError, validateValue } from "../schema/validator.ts";
import { hasCommitTs } from "../values/commit-ts.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { requireNotStopped } from "./checkpoint.ts";
import type { Component } from "./components.ts";
import { FunctionCallError } from "./function-error.ts";
import { type FunctionName, splitFunctionName } from "./function-name.ts";
import { type Invocation, runInInvocation } from "./invocation.ts";
import type { FunctionKind, RegisteredFunction } from "./registered-function.ts";
import type { RuntimeServices } from "./services.ts";

/** A function with the component that it belongs to. */
export interface FoundFunction {
  component: Component;
  registered: RegisteredFunction;
}

/** Finds a function of any kind; null when there is none of that name. */
export function findFunction(
  { components }: Pick<RuntimeServices, "components">,
  name: FunctionName,
): FoundFunction | null {
  const { component: componentPath, path } = splitFunctionName(name);
  const component = components.find(componentPath);
  const registered = component?.registry.find(path);
  return component && registered ? { component, registered } : null;
}

/**
 * Finds a function for a call from another function.
 *
 * @throws FunctionCallError for unknown, internal (unless allowed) and wrong-kind functions.
 */
export function requireFunction(
  services: RuntimeServices,
  name: FunctionName,
  kind: FunctionKind,
  allowsInternal: boolean,
): FoundFunction {
  const place = findFunction(services, name);
  const found = place?.registered;
  if (
    !place ||
    !found ||
    found.kind === "httpAction" ||
    (found.visibility === "internal" && !allowsInternal)
  ) {
    const which = allowsInternal ? "function" : "public function";
    throw new FunctionCallError(
      `Could not find ${which} for '${name}'. Did you forget to run \`npx convex dev\`?`,
    );
  }
  if (found.kind !== kind) {
    const [modulePath, exportName] = splitPath(found.path);
    throw new FunctionCallError(
      `Trying to execute ${modulePath}.js:${exportName} as ${capitalise(kind)}, but it is defined as ${capitalise(found.kind)}.`,
    );
  }
  return place;
}

interface Called {
  path: FunctionName;
  allowsInternal: boolean;
  isFromFunction?: boolean;
}

/**
 * The same for a call from outside, where functions of components are there for admins only.
 *
 * @throws FunctionCallError as above.
 */
export function requireCalled(
  services: RuntimeServices,
  { path, allowsInternal, isFromFunction }: Called,
  kind: FunctionKind,
): FoundFunction {
  const isInside = allowsInternal || isFromFunction === true;
  if (!isInside && splitFunctionName(path).component !== "") {
    throw new FunctionCallError(`Could not find public function for '${path}'.`);
  }
  return requireFunction(services, path, kind, allowsInternal);
}

/**
 * Calls a function: arguments checked before, result after.
 *
 * @returns The result as encoded JSON text.
 * @throws Whatever the function throws; FunctionCallError for arguments or results that do not fit.
 */
export async function callFunction(
  { component, registered }: FoundFunction,
  args: JSONObject,
  invocation: Invocation,
): Promise<string> {
  const tableOfId = (id: string) => component.tables.tableOfId(id)?.name ?? null;
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
  if (!invocation.parent) {
    invocation.mark = invocation.stuckCalls.admit(registered.path, argsText);
    noteRunning(invocation.mark);
  }
  let resultJson: string;
  try {
    resultJson = await runInInvocation(invocation, () => invoke(registered, argsText));
  } catch (error) {
    throw tameThrown(error);
  } finally {
    noteRunning(null);
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

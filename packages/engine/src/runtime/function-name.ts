import { canonicalFunctionPath, functionNameIn } from "../protocol/function-path.ts";
import type { JSONValue } from "../values/json.ts";
import { FunctionCallError } from "./function-error.ts";

/**
 * The one name of a function in a deployment: `module/path:export` in the app, and for a function
 * of a component what `createFunctionHandle` gives, `function://presence/batchWorker;lib:ping`.
 * It says where the function is and not that there is one.
 */
export type FunctionName = string;

/** What addresses a function in a syscall. Source: convex 1.48 `server/components/paths.ts`. */
interface FunctionAddress {
  name?: JSONValue;
  functionHandle?: JSONValue;
  reference?: JSONValue;
}

const HANDLE = "function://";
const CHILD = "_reference/childComponent/";
const LENGTH_MAX = 1_024;

/** A function's component, empty for the app, and its path there. */
export function splitFunctionName(name: FunctionName): { component: string; path: string } {
  if (!name.startsWith(HANDLE)) return { component: "", path: name };
  const semicolon = name.indexOf(";");
  return { component: name.slice(HANDLE.length, semicolon), path: name.slice(semicolon + 1) };
}

/**
 * The function that a syscall means, and how far it may see.
 *
 * @param component Whose function makes the call: names are looked up there, references among its
 *   children.
 * @throws FunctionCallError for what is no address.
 */
export function addressedFunction(
  { name, functionHandle: handle, reference }: FunctionAddress,
  component: string,
): { name: FunctionName; allowsInternal: boolean } {
  if (typeof name === "string") {
    return { name: functionNameIn(component, canonicalFunctionPath(name)), allowsInternal: true };
  }
  if (typeof handle === "string") return { name: readHandle(handle), allowsInternal: true };
  if (typeof reference === "string") {
    return { name: readReference(reference, component), allowsInternal: false };
  }
  throw new FunctionCallError("A function must be named by a path, a reference or a handle.");
}

function readHandle(handle: string): FunctionName {
  const semicolon = handle.indexOf(";");
  if (handle.length > LENGTH_MAX || !handle.startsWith(HANDLE) || semicolon < 0) {
    throw new FunctionCallError(`Invalid function handle: ${handle.slice(0, 80)}`);
  }
  const component = handle.slice(HANDLE.length, semicolon);
  return functionNameIn(component, canonicalFunctionPath(handle.slice(semicolon + 1)));
}

/** `_reference/childComponent/presence/dir/module/export`: the last part is the function. */
function readReference(reference: string, component: string): FunctionName {
  const parts = reference.startsWith(CHILD) ? reference.slice(CHILD.length).split("/") : [];
  if (parts.length < 3 || reference.length > LENGTH_MAX) {
    throw new FunctionCallError(`Invalid function reference: ${reference.slice(0, 80)}`);
  }
  const child = component === "" ? parts[0]! : `${component}/${parts[0]}`;
  return functionNameIn(child, `${parts.slice(1, -1).join("/")}:${parts.at(-1)}`);
}

import { ProtocolError } from "./protocol-error.ts";

const LENGTH_MAX = 512;

/**
 * The one spelling of a function's address, `dir/module:export`. Clients may leave out `:default`
 * and may write `dir/module.js`.
 *
 * @throws ProtocolError when it cannot be an address.
 * Source: convex 1.48 `browser/sync/udf_path_utils.ts`; SPEC PR3.
 */
export function canonicalFunctionPath(path: string): string {
  if (path.length > LENGTH_MAX) {
    throw new ProtocolError(`A function path may have at most ${LENGTH_MAX} characters.`);
  }
  const colon = path.lastIndexOf(":");
  const module = colon === -1 ? path : path.slice(0, colon);
  const name = colon === -1 ? "default" : path.slice(colon + 1);
  const moduleName = module.endsWith(".js") ? module.slice(0, -3) : module;
  if (moduleName === "" || name === "")
    throw new ProtocolError("A function path must not be empty.");
  return `${moduleName}:${name}`;
}

const COMPONENT = /^[A-Za-z0-9_]+(\/[A-Za-z0-9_]+)*$/;

/** The one name of a function in a deployment: its path in the app, its handle in a component. */
export function functionNameIn(component: string, path: string): string {
  return component === "" ? path : functionHandle(component, path);
}

/**
 * What `createFunctionHandle` gives: good in every component, and stable.
 *
 * @param component Names from the app down, `presence/batchWorker`; empty for the app.
 * @throws ProtocolError when no component can be called that.
 */
export function functionHandle(component: string, path: string): string {
  if (component !== "" && (component.length > LENGTH_MAX || !COMPONENT.test(component))) {
    throw new ProtocolError("A component is named by the names that it has in `use`.");
  }
  return `function://${component};${path}`;
}

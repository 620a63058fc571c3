import { parseValidator, type ValidatorJson } from "../schema/validator-json.ts";
import type {
  ConvexFunctionObject,
  FunctionKind,
  RegisteredFunction,
} from "./registered-function.ts";

/** All functions of a deployment by path, and its HTTP router when there is one. */
export interface FunctionRegistry {
  find(path: string): RegisteredFunction | null;
  paths(): string[];
  httpRouter: HttpRouterObject | null;
  crons: CronsObject | null;
}

/** The default export of `crons.ts`. Source: convex 1.48 `server/cron.ts`. */
export interface CronsObject {
  isCrons: true;
  /** JSON text: `{identifier: {name, args: [args], schedule}}`. */
  export(): string;
}

/** The default export of `http.ts`. Source: convex 1.48 `server/router.ts`. */
export interface HttpRouterObject {
  isRouter: true;
  lookup(path: string, method: string): readonly [ConvexFunctionObject, string, string] | null;
}

/**
 * Registers what the modules export.
 *
 * @param modules By module path without extension (`messages`, `admin/users`).
 */
export function createFunctionRegistry(
  modules: ReadonlyMap<string, Record<string, unknown>>,
): FunctionRegistry {
  const functions = new Map<string, RegisteredFunction>();
  const gates = new Map<ConvexFunctionObject, RegisteredFunction>();
  for (const [modulePath, exports] of modules) {
    for (const [exportName, value] of Object.entries(exports)) {
      const registered = registerExport(`${modulePath}:${exportName}`, value);
      if (!registered) continue;
      functions.set(registered.path, registered);
      registerParts(registered, gates);
    }
  }
  // Under names that no export can have, and internal: nobody calls them but the live queries.
  const parts = new Map<string, RegisteredFunction>();
  for (const { parts: both } of functions.values()) {
    if (both) parts.set(both.gate.path, both.gate).set(both.shared.path, both.shared);
  }
  return {
    find: (path) => functions.get(path) ?? parts.get(path) ?? null,
    paths: () => [...functions.keys()],
    httpRouter: findRouter(modules.get("http")?.default),
    crons: findCrons(modules.get("crons")?.default),
  };
}

function registerExport(path: string, value: unknown): RegisteredFunction | null {
  if (typeof value !== "function") return null;
  const object = value as unknown as ConvexFunctionObject;
  const kind = kindOf(object);
  if (!kind) return null;
  return {
    path,
    kind,
    visibility: object.isInternal ? "internal" : "public",
    argsValidator: validatorOf(object.exportArgs),
    returnsValidator: validatorOf(object.exportReturns),
    object,
  };
}

/** Functions with the same gate share it: a caller is then checked once for all of them. */
function registerParts(
  registered: RegisteredFunction,
  gates: Map<ConvexFunctionObject, RegisteredFunction>,
): void {
  const { object, path, kind, visibility } = registered;
  if (!object.parts || kind !== "query" || visibility !== "public") return;
  const gate = gates.get(object.parts.gate) ?? partOf(`${path}#gate`, object.parts.gate);
  gates.set(object.parts.gate, gate);
  registered.parts = { gate, shared: partOf(`${path}#shared`, object.parts.shared) };
}

function partOf(path: string, object: ConvexFunctionObject): RegisteredFunction {
  const registered = registerExport(path, object);
  if (registered?.kind !== "query") throw new Error(`${path} must be a query.`);
  return { ...registered, visibility: "internal" };
}

function kindOf(object: ConvexFunctionObject): FunctionKind | null {
  if (object.isQuery) return "query";
  if (object.isMutation) return "mutation";
  if (object.isAction) return "action";
  if (object.isHttp) return "httpAction";
  return null;
}

/** `v.any()` checks nothing, so it is no validator at all and costs nothing per call. */
function validatorOf(exported: (() => string) | undefined): ValidatorJson | null {
  const validator = exported ? parseValidator(exported()) : null;
  return validator?.type === "any" ? null : validator;
}

function findRouter(value: unknown): HttpRouterObject | null {
  const router = value as HttpRouterObject | undefined;
  return router?.isRouter === true ? router : null;
}

function findCrons(value: unknown): CronsObject | null {
  const crons = value as CronsObject | undefined;
  return crons?.isCrons === true ? crons : null;
}

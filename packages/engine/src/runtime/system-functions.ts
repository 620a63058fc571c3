import { internalQueryGeneric } from "convex/server";
import { v } from "convex/values";
import { createFunctionRegistry, type FunctionRegistry } from "./function-registry.ts";

/**
 * Functions that the engine adds to the app's own, under the names by which the Convex CLI asks: who
 * is no admin does not reach them.
 *
 * @param variables What an operator has set; another set of them comes with a reload.
 * Source: convex 1.48 `cli/lib/env.ts`.
 */
export function withSystemFunctions(
  app: FunctionRegistry,
  variables: Readonly<Record<string, string>>,
): FunctionRegistry {
  const all = Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
  const system = createFunctionRegistry(
    new Map([
      [
        "_system/cli/queryEnvironmentVariables",
        {
          default: internalQueryGeneric({ args: {}, handler: () => all }),
          get: internalQueryGeneric({
            args: { name: v.string() },
            handler: (_ctx, { name }) => all.find((one) => one.name === name) ?? null,
          }),
        },
      ],
    ]),
  );
  return { ...app, find: (path) => app.find(path) ?? system.find(path) };
}

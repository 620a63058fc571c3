import type { GenericDataModel, GenericSchema, SchemaDefinition } from "convex/server";
import { ANONYMOUS } from "../identity/caller.ts";
import type { Usage } from "../store/transaction-usage.ts";
import type { ModuleLoaders, TestConvex, TestConvexRoot, TestOptions } from "./convex-test.ts";
import {
  type Modules,
  type RegisteredComponent,
  startEngine,
  type TestEngine,
} from "./start-engine.ts";
import { createAccessor } from "./test-accessor.ts";

export type {
  ModuleLoaders,
  TestConvex,
  TestConvexForDataModel,
  TestConvexRoot,
} from "./convex-test.ts";

/**
 * The real engine in memory, with the shape of `convex-test`: alias the one module to the other and
 * a suite written for either runs on both.
 *
 * @param modules What `import.meta.glob` gives for the functions folder, `_generated` included;
 *   without it, the folder `convex` at the root of a project that Vite serves.
 */
export function convexTest<Schema extends GenericSchema>(
  schema?: SchemaDefinition<Schema, boolean> | null,
  modules?: ModuleLoaders,
): TestConvex<SchemaDefinition<Schema, boolean>>;
export function convexTest<Schema extends GenericSchema>(
  options: TestOptions<Schema>,
): TestConvex<SchemaDefinition<Schema, boolean>>;
export function convexTest<Schema extends GenericSchema>(
  given?: SchemaDefinition<Schema, boolean> | TestOptions<Schema> | null,
  modules?: ModuleLoaders,
): TestConvex<SchemaDefinition<Schema, boolean>> {
  const options: TestOptions<Schema> = isSchema(given)
    ? { schema: given, ...(modules ? { modules } : {}) }
    : { ...(modules ? { modules } : {}), ...given };
  const inline: Modules = new Map();
  const limits = options.transactionLimits;
  const components: RegisteredComponent[] = [];
  let starting: Promise<TestEngine> | null = null;
  const started = () => {
    starting ??= startEngine({
      schema: exportable(options.schema),
      loaders: options.modules ?? modulesOfProject(),
      inline,
      transactionLimits: typeof limits === "object" ? (limits as Partial<Usage>) : {},
      components,
    });
    return starting;
  };
  const accessor = createAccessor(started, inline, ANONYMOUS, { ip: null, userAgent: null });
  const registerComponent: TestConvexRoot<GenericDataModel>["registerComponent"] = (
    path,
    ownSchema,
    loaders,
  ) => {
    if (starting) throw new Error("Components must be registered before anything is called.");
    components.push({ path, schema: exportable(ownSchema), loaders });
  };
  const root = { ...accessor, registerComponent };
  return root as unknown as TestConvex<SchemaDefinition<Schema, boolean>>;
}

/** What a schema is to be read by is left out of its public type. */
function exportable(schema: unknown): { export(): string } | null {
  return (schema as { export(): string } | undefined) ?? null;
}

function isSchema<Schema extends GenericSchema>(
  given: SchemaDefinition<Schema, boolean> | TestOptions<Schema> | null | undefined,
): given is SchemaDefinition<Schema, boolean> {
  return typeof given === "object" && given !== null && "tables" in given;
}

function modulesOfProject(): ModuleLoaders {
  // Vite puts the list of files in place of this call.
  return (import.meta as unknown as { glob(pattern: string): ModuleLoaders }).glob(
    "/convex/**/*.*s",
  );
}

import type { GenericSchema, SchemaDefinition } from "convex/server";
import { ANONYMOUS } from "../identity/caller.ts";
import type { Usage } from "../store/transaction-usage.ts";
import type { ModuleLoaders, TestConvex, TestOptions } from "./convex-test.ts";
import { type Modules, startEngine } from "./start-engine.ts";
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
  const started = startEngine({
    // What a schema is to be read by is left out of its public type.
    schema: (options.schema as { export(): string } | undefined) ?? null,
    loaders: options.modules ?? modulesOfProject(),
    inline,
    transactionLimits: typeof limits === "object" ? (limits as Partial<Usage>) : {},
  });
  // A test may never call anything; then nobody wants to hear that it could not have.
  started.catch(() => {});
  const accessor = createAccessor(started, inline, ANONYMOUS, { ip: null, userAgent: null });
  return accessor as unknown as TestConvex<SchemaDefinition<Schema, boolean>>;
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

import {
  anyApi,
  defineSchema,
  defineTable,
  internalMutationGeneric,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import {
  createFunctionRegistry,
  type FunctionRegistry,
} from "../../src/runtime/function-registry.ts";
import { currentInvocation } from "../../src/runtime/invocation.ts";
import { parseSchema, type SchemaDefinition } from "../../src/schema/schema-definition.ts";
import {
  type Args,
  type Handler,
  JOBS,
  type ModelContext,
  type ModelDb,
  mutations,
  queries,
  type Row,
  TABLES,
} from "./model-app.ts";

/** One run of one mutation in the engine: what it saw, and the ids that it was given. */
export interface Execution {
  name: string;
  args: Args;
  seen: unknown[];
  inserted: string[];
  /** Which run of this call it is. */
  attempt: number;
}

/** The latest run of each token: the one that was committed, if any was. */
export type Executions = Map<string, Execution>;

/** The functions as the engine takes them, and the schema that goes with them. */
export function engineApp(
  executions: Executions,
  replaced: Record<string, Handler> = {},
): { registry: FunctionRegistry; schema: SchemaDefinition } {
  const module: Record<string, unknown> = {};
  for (const [name, handler] of Object.entries({ ...mutations, ...replaced })) {
    const register = JOBS.includes(name) ? internalMutationGeneric : mutationGeneric;
    module[name] = register(async (ctx: unknown, args: Args) => {
      const attempt = (executions.get(args.token!)?.attempt ?? 0) + 1;
      const execution: Execution = { name, args, seen: [], inserted: [], attempt };
      executions.set(args.token!, execution);
      return handler(contextOf(ctx as ConvexContext, execution), args);
    });
  }
  for (const [name, handler] of Object.entries(queries)) {
    module[name] = queryGeneric(async (ctx: unknown, args: Args) =>
      handler(contextOf(ctx as ConvexContext, null), args),
    );
  }
  const tables = Object.entries(TABLES).map(([table, indexes]) => {
    let definition = defineTable(v.any());
    for (const [index, fields] of Object.entries(indexes)) {
      definition = definition.index(index, fields as [string]) as unknown as typeof definition;
    }
    return [table, definition];
  });
  const schema = defineSchema(Object.fromEntries(tables)) as unknown as { export(): string };
  return {
    registry: createFunctionRegistry(new Map([["app", module]])),
    schema: parseSchema(schema.export()),
  };
}

/** As much of the stock context as is used here, without its types. */
interface ConvexContext {
  // biome-ignore lint/suspicious/noExplicitAny: the stock builders' types need a schema's types
  db: any;
  auth: { getUserIdentity(): Promise<{ subject: string } | null> };
  scheduler: { runAt(atMs: number, job: unknown, args: Args): Promise<unknown> };
  runMutation(mutation: unknown, args: Args): Promise<unknown>;
}

function contextOf(ctx: ConvexContext, execution: Execution | null): ModelContext {
  const app = anyApi.app!;
  return {
    db: dbOf(ctx.db, execution),
    user: async () => (await ctx.auth.getUserIdentity())?.subject ?? null,
    runAfter: async (delayMs, name, args) => {
      // Not `runAfter`: these functions are not bundled, and the stock library has the real clock.
      await ctx.scheduler.runAt(currentInvocation()!.nowMs() + delayMs, app[name], args);
    },
    runMutation: (name, args) => ctx.runMutation(app[name], args),
    see: (read) => {
      execution?.seen.push(read);
      return read;
    },
  };
}

function dbOf(db: ConvexContext["db"], execution: Execution | null): ModelDb {
  return {
    get: (id) => db.get(id),
    insert: async (table, value) => {
      const id = (await db.insert(table, value)) as string;
      execution?.inserted.push(id);
      return id;
    },
    patch: (id, value) => db.patch(id, value),
    delete: (id) => db.delete(id),
    range: async (table, index, equal, bounds = {}, order = "asc", limit) => {
      const fields = TABLES[table]![index]!;
      const rows = db
        .query(table)
        .withIndex(index, (range: Record<string, (field: string, value: unknown) => unknown>) => {
          let at = range;
          for (const [place, value] of equal.entries()) {
            at = at.eq!(fields[place]!, value) as typeof range;
          }
          for (const [bound, value] of Object.entries(bounds)) {
            at = at[bound]!(fields[equal.length]!, value) as typeof range;
          }
          return at;
        })
        .order(order);
      return (limit === undefined ? rows.collect() : rows.take(limit)) as Promise<Row[]>;
    },
  };
}

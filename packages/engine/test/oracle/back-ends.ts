import { defineSchema, defineTable, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { convexTest as startStock } from "convex-test";
import { currentInvocation } from "../../src/runtime/invocation.ts";
import { convexTest as startEngine } from "../../src/testing/index.ts";
import { buildQuery, perform, plain, runHandedOver, type Side, throwIfSo } from "./interpreter.ts";
import {
  type Fields,
  type Indexes,
  type Query,
  TABLES,
  type TransactionProgram,
} from "./program.ts";

const modules = {
  "./_generated/api.js": async () => ({}),
  "./programs.ts": async () => ({
    query: queryGeneric({
      args: { token: v.string() },
      handler: async (ctx, { token }) => runHandedOver(ctx, token),
    }),
    mutation: mutationGeneric({
      args: { token: v.string() },
      handler: async (ctx, { token }) => runHandedOver(ctx, token),
    }),
  }),
};

export interface Page {
  page: number[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: string | null;
}

/** A back end under test: either the engine or stock convex-test. */
export class BackEnd {
  readonly side: Side;
  readonly #t: ReturnType<typeof startEngine>;

  constructor(t: ReturnType<typeof startEngine>, indexes: Indexes) {
    this.#t = t;
    this.side = { ids: [], indexes };
  }

  // biome-ignore lint/suspicious/noExplicitAny: tables made up as we go
  query<T>(code: (ctx: any) => Promise<T>): Promise<T> {
    return this.#t.query(code as (ctx: unknown) => Promise<T>);
  }

  /** One page, its documents by number. */
  async page(query: Query, options: object): Promise<Page> {
    const page = await this.query(async (ctx) =>
      buildQuery(ctx, this.side, query).paginate(options),
    );
    const numbers = page.page.map((row: { _id: string }) => this.side.ids.indexOf(row._id));
    return { ...page, page: numbers };
  }

  async fill(rows: ReadonlyArray<[string, Fields]>): Promise<void> {
    await this.#t.run(async (ctx) => {
      for (const [table, fields] of rows) {
        this.side.ids.push((await ctx.db.insert(table as never, fields as never)) as string);
      }
    });
  }

  /** What the steps have given, and how the mutation has ended. */
  async run(program: TransactionProgram): Promise<unknown> {
    const results: unknown[] = [];
    try {
      await this.#t.mutation(async (ctx) => {
        await perform(ctx as never, this.side, program.steps, results);
        throwIfSo(program.throws);
      });
      return { results };
    } catch (error) {
      return { results, thrown: (error as { data?: unknown }).data ?? (error as Error).message };
    }
  }

  /** Everything that there is, by the tables and by every index. */
  async dump(): Promise<unknown> {
    return this.query(async (ctx) => {
      const all: unknown[] = [];
      for (const table of TABLES) {
        const names = this.side.indexes[table].map((_, place) => `index${place}`);
        for (const name of ["by_creation_time", ...names]) {
          const rows: unknown[] = await ctx.db.query(table).withIndex(name).collect();
          all.push(rows.map((row) => plain(this.side, row)));
        }
      }
      return all;
    });
  }
}

/** The engine and stock convex-test in one process, with the same schema. */
export async function startBoth(indexes: Indexes): Promise<{ engine: BackEnd; stock: BackEnd }> {
  const schema = defineSchema(
    Object.fromEntries(
      TABLES.map((table) => {
        let definition = defineTable(v.any());
        for (const [place, fields] of indexes[table].entries()) {
          definition = definition.index(`index${place}`, fields as never) as never;
        }
        return [table, definition];
      }),
    ),
  );
  const stock = new BackEnd(startStock(schema, modules) as never, indexes);
  stockGlobal ??= (globalThis as { Convex?: Syscalls }).Convex!;
  const engine = new BackEnd(startEngine(schema, modules) as never, indexes);
  // It has put its own in place once it has answered.
  await engine.query(async () => null);
  engineGlobal ??= (globalThis as { Convex?: Syscalls }).Convex!;
  (globalThis as { Convex?: Syscalls }).Convex = eitherGlobal;
  return { engine, stock };
}

type Syscalls = Record<"syscall" | "asyncSyscall" | "jsSyscall", (...args: never[]) => unknown>;
let stockGlobal: Syscalls | null = null;
let engineGlobal: Syscalls | null = null;

/** Both look behind the global `Convex`; whose function is running decides who answers. */
const eitherGlobal: Syscalls = {
  syscall: (...args) => whose().syscall(...args),
  asyncSyscall: (...args) => whose().asyncSyscall(...args),
  jsSyscall: (...args) => whose().jsSyscall(...args),
};

function whose(): Syscalls {
  return currentInvocation() === null ? stockGlobal! : engineGlobal!;
}

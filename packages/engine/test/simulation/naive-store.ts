import { compareValues, type Value } from "convex/values";
import type { Execution, Executions } from "./engine-app.ts";
import {
  type Args,
  type Bounds,
  type ModelContext,
  type ModelDb,
  mutations,
  queries,
  type Row,
  TABLES,
} from "./model-app.ts";

type Tables = Readonly<Record<string, ReadonlyMap<string, Row>>>;

/** Everything there is as of one timestamp; never changed, only followed by another. */
export interface NaiveState {
  ts: bigint;
  tables: Tables;
}

export const EMPTY: NaiveState = {
  ts: 0n,
  tables: Object.fromEntries(Object.keys(TABLES).map((table) => [table, new Map()])),
};

/** What one mutation did here. `jobs` are the tokens of what it scheduled. */
export interface NaiveRun {
  result: unknown;
  /** What each call saw, by token. */
  seen: Map<string, unknown[]>;
  written: Map<string, Row | null>;
  jobs: string[];
  tables: Tables;
}

/**
 * Runs a mutation on plain maps: no index, no log, no cache, and one at a time.
 *
 * @param executions Where the engine's runs of it and of what it calls are found: only for the ids
 *   that it drew, and `created` for the creation times.
 */
export async function runNaively(
  state: NaiveState,
  name: string,
  args: Args,
  user: string | null,
  executions: Executions,
  created: (id: string) => number,
): Promise<NaiveRun> {
  const run: NaiveRun = {
    result: null,
    seen: new Map(),
    written: new Map(),
    jobs: [],
    tables: state.tables,
  };
  run.result = await call(run, name, args, user, executions, created);
  return run;
}

async function call(
  run: NaiveRun,
  name: string,
  args: Args,
  user: string | null,
  executions: Executions,
  created: (id: string) => number,
): Promise<unknown> {
  const execution = executions.get(args.token!);
  const seen: unknown[] = [];
  run.seen.set(args.token!, seen);
  const ctx: ModelContext = {
    db: writableDb(run, execution, created),
    user: async () => user,
    runAfter: async (_delayMs, _name, jobArgs) => {
      run.jobs.push(jobArgs.token!);
    },
    runMutation: async (nested, nestedArgs) => {
      const before = { ...run, written: new Map(run.written), jobs: [...run.jobs] };
      try {
        return await call(run, nested, nestedArgs, user, executions, created);
      } catch (error) {
        const { tables, written, jobs } = before;
        Object.assign(run, { tables, written, jobs });
        throw error;
      }
    },
    see: (read) => {
      seen.push(read);
      return read;
    },
  };
  return mutations[name]!(ctx, args);
}

/**
 * What a query answers.
 *
 * @param looked Takes the names of the tables that it has looked at, also when it fails.
 */
export async function queryNaively(
  state: NaiveState,
  name: string,
  args: Args,
  user: string | null,
  looked: Set<string>,
): Promise<unknown> {
  const refuse = () => Promise.reject(new Error("A query cannot do this."));
  const reads = readableDb(() => state.tables, looked);
  const ctx: ModelContext = {
    db: { ...reads, insert: refuse, patch: refuse, delete: refuse },
    user: async () => user,
    runAfter: refuse,
    runMutation: refuse,
    see: (read) => read,
  };
  return queries[name]!(ctx, args);
}

function writableDb(
  run: NaiveRun,
  execution: Execution | undefined,
  created: (id: string) => number,
): ModelDb {
  let inserts = 0;
  const set = (table: string, id: string, row: Row | null) => {
    const rows = new Map(run.tables[table]);
    if (row) rows.set(id, row);
    else rows.delete(id);
    run.tables = { ...run.tables, [table]: rows };
    run.written.set(id, row);
  };
  const tableOf = (id: string) =>
    Object.keys(run.tables).find((table) => run.tables[table]!.has(id));
  return {
    ...readableDb(() => run.tables, new Set()),
    insert: async (table, value) => {
      const id = execution?.inserted[inserts++] ?? "an id that was not drawn";
      set(table, id, { ...value, _id: id, _creationTime: created(id) });
      return id;
    },
    patch: async (id, value) => {
      const table = tableOf(id)!;
      set(table, id, { ...run.tables[table]!.get(id)!, ...value });
    },
    delete: async (id) => set(tableOf(id)!, id, null),
  };
}

function readableDb(tables: () => Tables, looked: Set<string>): Pick<ModelDb, "get" | "range"> {
  return {
    get: async (id) => {
      for (const [table, rows] of Object.entries(tables())) {
        looked.add(table);
        const row = rows.get(id);
        if (row) return row;
      }
      return null;
    },
    range: async (table, index, equal, bounds = {}, order = "asc", limit) => {
      looked.add(table);
      const fields = TABLES[table]![index]!;
      const rows: Row[] = [];
      for (const row of tables()[table]!.values()) {
        if (equal.every((value, place) => row[fields[place]!] === value)) {
          if (isWithin(row[fields[equal.length] ?? ""], bounds)) rows.push(row);
        }
      }
      const by = [...fields, "_creationTime", "_id"];
      const sign = order === "asc" ? 1 : -1;
      rows.sort((a, b) => {
        for (const field of by) {
          const compared = compareValues(a[field] as Value, b[field] as Value);
          if (compared !== 0) return compared * sign;
        }
        return 0;
      });
      return limit === undefined ? rows : rows.slice(0, limit);
    },
  };
}

function isWithin(value: unknown, { gt, gte, lt, lte }: Bounds): boolean {
  const compare = (bound: unknown) => compareValues(value as Value, bound as Value);
  return (
    (gt === undefined || compare(gt) > 0) &&
    (gte === undefined || compare(gte) >= 0) &&
    (lt === undefined || compare(lt) < 0) &&
    (lte === undefined || compare(lte) <= 0)
  );
}

/** One text for values that are equal, whatever the order of their fields. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const fields = Object.keys(value).sort();
  return `{${fields
    .map((field) => `${JSON.stringify(field)}:${canonical((value as Row)[field])}`)
    .join(",")}}`;
}

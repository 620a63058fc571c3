import { anyApi, type GenericMutationCtx } from "convex/server";
import { ConvexError, compareValues } from "convex/values";
import type { End, Filter, Indexes, Operand, Query, Step, Throws } from "./program.ts";

// biome-ignore lint/suspicious/noExplicitAny: tables and indexes are made up as we go
type Ctx = GenericMutationCtx<any>;
// biome-ignore lint/suspicious/noExplicitAny: queries over tables made up as we go
type Built = any;

/** One back end's side of a program: its ids, in the order in which they were given out. */
export interface Side {
  ids: string[];
  indexes: Indexes;
}

/** Steps on their way into a nested function; arguments could not hold all of their values. */
const handedOver = new Map<
  string,
  { side: Side; steps: Step[]; throws: Throws; results: unknown[] }
>();
let tokens = 0;

/** The body of the functions `programs:query` and `programs:mutation`. */
export async function runHandedOver(ctx: unknown, token: string): Promise<null> {
  const { side, steps, throws, results } = handedOver.get(token)!;
  await perform(ctx as Ctx, side, steps, results);
  throwIfSo(throws);
  return null;
}

/** Does the steps and notes what each has given, in terms that both back ends share. */
export async function perform(ctx: Ctx, side: Side, steps: readonly Step[], results: unknown[]) {
  for (const step of steps) {
    const noted: unknown[] = [step.do];
    results.push(noted);
    try {
      noted.push(await performStep(ctx, side, step));
    } catch (error) {
      noted.push(error instanceof ConvexError ? { thrown: error.data } : "an error");
    }
  }
}

async function performStep(ctx: Ctx, side: Side, step: Step): Promise<unknown> {
  switch (step.do) {
    case "insert":
      side.ids.push(await ctx.db.insert(step.table, step.fields));
      return side.ids.length;
    case "patch":
      return ctx.db.patch(idAt(side, step.at) as never, { ...step.fields });
    case "replace":
      return ctx.db.replace(idAt(side, step.at) as never, { ...step.fields });
    case "delete":
      return ctx.db.delete(idAt(side, step.at) as never);
    case "get":
      return plain(side, await ctx.db.get(idAt(side, step.at) as never));
    case "query":
      return endQuery(side, buildQuery(ctx, side, step.query), step.end);
    case "nested": {
      const token = `${tokens++}`;
      const results: unknown[] = [];
      handedOver.set(token, { side, steps: step.steps, throws: step.throws, results });
      try {
        if (step.kind === "query") await ctx.runQuery(anyApi.programs!.query!, { token });
        else await ctx.runMutation(anyApi.programs!.mutation!, { token });
        return { results };
      } catch (error) {
        return {
          results,
          thrown: error instanceof ConvexError ? (error.data as unknown) : "an error",
        };
      } finally {
        handedOver.delete(token);
      }
    }
    default:
      return step satisfies never;
  }
}

export function throwIfSo(throws: Throws): void {
  if (throws === "an error") throw new Error("as planned");
  if (throws === "a ConvexError") throw new ConvexError({ planned: true });
}

function idAt(side: Side, at: number): string {
  if (side.ids.length === 0) throw new Error("there is nothing yet");
  return side.ids[at % side.ids.length]!;
}

/** A document with its number in place of id and time. */
export function plain(side: Side, document: unknown): unknown {
  if (document === null) return null;
  const { _id, _creationTime, ...fields } = document as { _id: string; _creationTime: number };
  return { ...fields, number: side.ids.indexOf(_id) };
}

async function endQuery(side: Side, query: Built, end: End): Promise<unknown> {
  const all = (documents: unknown[]) => documents.map((document) => plain(side, document));
  switch (end.kind) {
    case "collect":
      return all(await query.collect());
    case "first":
      return plain(side, await query.first());
    case "unique":
      return plain(side, await query.unique());
    case "take":
      return all(await query.take(end.count));
    case "iterate": {
      const seen: unknown[] = [];
      for await (const document of query) {
        if (seen.length >= end.count) break;
        seen.push(document);
      }
      return all(seen);
    }
    default:
      return end satisfies never;
  }
}

export function buildQuery(ctx: Pick<Ctx, "db">, side: Side, query: Query): Built {
  const indexes = side.indexes[query.table];
  let built: Built = ctx.db.query(query.table);
  if (query.index !== null && indexes.length > 0) {
    const place = query.index % indexes.length;
    built = built.withIndex(`index${place}`, (q: Built) => applyRange(q, indexes[place]!, query));
  }
  built = built.order(query.order);
  for (const filter of query.filters) built = built.filter((q: Built) => buildFilter(q, filter));
  return built;
}

function applyRange(q: Built, fields: readonly string[], { equals, lower, upper }: Query): Built {
  let range = q;
  const count = Math.min(equals.length, fields.length);
  for (let place = 0; place < count; place++) range = range.eq(fields[place], equals[place]);
  const next = fields[count] ?? "_creationTime";
  if (next === "_creationTime") return range;
  if (lower) range = lower.isOpen ? range.gt(next, lower.value) : range.gte(next, lower.value);
  if (upper) range = upper.isOpen ? range.lt(next, upper.value) : range.lte(next, upper.value);
  return range;
}

function buildFilter(q: Built, filter: Filter): Built {
  switch (filter.op) {
    case "and":
    case "or":
      return q[filter.op](...filter.of.map((part) => buildFilter(q, part)));
    case "not":
      return q.not(buildFilter(q, filter.of));
    default:
      return q[filter.op](buildOperand(q, filter.left), buildOperand(q, filter.right));
  }
}

function buildOperand(q: Built, operand: Operand): Built {
  if ("field" in operand) return q.field(operand.field);
  if ("literal" in operand) return operand.literal;
  if (operand.op === "neg") return q.neg(buildOperand(q, operand.of));
  return q[operand.op](buildOperand(q, operand.left), buildOperand(q, operand.right));
}

/** What a filter means, said as simply as possible; `compareValues` is the convex package's. */
export function accepts(filter: Filter, document: Record<string, unknown>): boolean {
  switch (filter.op) {
    case "and":
      return filter.of.every((part) => accepts(part, document));
    case "or":
      return filter.of.some((part) => accepts(part, document));
    case "not":
      return !accepts(filter.of, document);
    default: {
      const order = compareValues(
        operandOf(filter.left, document) as never,
        operandOf(filter.right, document) as never,
      );
      switch (filter.op) {
        case "eq":
          return order === 0;
        case "neq":
          return order !== 0;
        case "lt":
          return order < 0;
        case "lte":
          return order <= 0;
        case "gt":
          return order > 0;
        case "gte":
          return order >= 0;
        default:
          return filter satisfies never;
      }
    }
  }
}

function operandOf(operand: Operand, document: Record<string, unknown>): unknown {
  if ("literal" in operand) return operand.literal;
  if ("field" in operand) return fieldOf(document, operand.field);
  if (operand.op === "neg") return -(operandOf(operand.of, document) as number);
  const [left, right] = [operandOf(operand.left, document), operandOf(operand.right, document)] as [
    number,
    number,
  ];
  switch (operand.op) {
    case "add":
      return left + right;
    case "sub":
      return left - right;
    case "mul":
      return left * right;
    case "div":
      return left / right;
    case "mod":
      return left % right;
    default:
      return operand satisfies never;
  }
}

/** Own fields of plain objects, and nothing else. */
export function fieldOf(document: Record<string, unknown>, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split(".")) {
    const isPlain =
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof ArrayBuffer);
    value =
      isPlain && Object.hasOwn(value as object, name)
        ? (value as Record<string, unknown>)[name]
        : undefined;
  }
  return value;
}

/** What a query without filters means: all rows of the table, in and out of the range, sorted. */
export function naiveQuery(
  query: Query,
  indexes: Indexes,
  rows: ReadonlyArray<Record<string, unknown> & { _creationTime: number }>,
): Array<Record<string, unknown>> {
  const ofTable = indexes[query.table];
  const fields =
    query.index !== null && ofTable.length > 0 ? ofTable[query.index % ofTable.length]! : [];
  const count = Math.min(query.equals.length, fields.length);
  const compare = (document: Record<string, unknown>, name: string, value: unknown) =>
    compareValues(fieldOf(document, name) as never, value as never);
  const inRange = rows.filter((document) => {
    for (let place = 0; place < count; place++) {
      if (compare(document, fields[place]!, query.equals[place]) !== 0) return false;
    }
    const next = fields[count];
    if (next === undefined) return true;
    const { lower, upper } = query;
    if (lower && compare(document, next, lower.value) < (lower.isOpen ? 1 : 0)) return false;
    if (upper && compare(document, next, upper.value) > (upper.isOpen ? -1 : 0)) return false;
    return true;
  });
  const sorted = [...inRange].sort((a, b) => {
    for (const name of fields) {
      const order = compareValues(fieldOf(a, name) as never, fieldOf(b, name) as never);
      if (order !== 0) return order;
    }
    return a._creationTime - b._creationTime;
  });
  if (query.order === "desc") sorted.reverse();
  return sorted.filter((document) => query.filters.every((filter) => accepts(filter, document)));
}

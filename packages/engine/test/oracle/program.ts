import * as fc from "fast-check";

/** Values that fall together often enough for their order to matter. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom("", "a", "ab", "b", "B", "\u0000", "é", "\uffff", "\u{1f600}"),
  },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 2, arbitrary: fc.constantFrom(-1n, 0n, 1n, 2n ** 63n - 1n, -(2n ** 63n)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      -0,
      0.5,
      1e300,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 2 }).map((bytes) => new Uint8Array(bytes).buffer),
  },
  { weight: 1, arbitrary: fc.array(fc.constantFrom<unknown>(1, 2n, "a", null), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ x: fc.constantFrom<unknown>(1, 2, "a", null) }) },
);
const orMissing = fc.option(anyValue, { nil: undefined, freq: 5 });

export const FIELDS = ["a", "b", "c", "d.x"] as const;
export const TABLES = ["ta", "tb"] as const;
type Table = (typeof TABLES)[number];

/** `n` and `s` are always there and of one type: stock's inequalities in filters are JavaScript's. */
export type Fields = Record<string, unknown>;
const fieldsOf = fc.record({
  a: orMissing,
  b: orMissing,
  c: orMissing,
  d: fc.option(fc.record({ x: anyValue }), { nil: undefined, freq: 2 }),
  n: fc.integer({ min: -2, max: 4 }),
  s: fc.constantFrom("a", "aa", "b", "z"),
});

/** The fields of each index, by table. */
export type Indexes = Record<Table, string[][]>;
const indexesOfTable = fc.uniqueArray(
  fc.uniqueArray(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: 3 }),
  { maxLength: 3, selector: (fields) => fields.join() },
);
export const someIndexes: fc.Arbitrary<Indexes> = fc.record({
  ta: indexesOfTable,
  tb: indexesOfTable,
});

export interface Bound {
  type: "eq" | "gt" | "gte" | "lt" | "lte";
  field: string;
  value: unknown;
}

/** A filter as a tree: the interpreter builds it with `q`, the naive model evaluates it. */
export type Filter =
  | { op: "eq" | "neq" | "lt" | "lte" | "gt" | "gte"; left: Operand; right: Operand }
  | { op: "and" | "or"; of: Filter[] }
  | { op: "not"; of: Filter };
export type Operand =
  | { field: string }
  | { literal: unknown }
  | { op: "add" | "sub" | "mul" | "div" | "mod"; left: Operand; right: Operand }
  | { op: "neg"; of: Operand };

const field = (name: string): fc.Arbitrary<Operand> => fc.constant({ field: name });
const literalNumber = fc.integer({ min: -2, max: 3 }).map((literal): Operand => ({ literal }));
const numeric: fc.Arbitrary<Operand> = fc.oneof(
  { weight: 3, arbitrary: field("n") },
  { weight: 3, arbitrary: literalNumber },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constantFrom("add" as const, "sub" as const, "mul" as const),
      left: fc.oneof(field("n"), literalNumber),
      right: literalNumber,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constantFrom("div" as const, "mod" as const),
      left: field("n"),
      right: fc.constantFrom<Operand>({ literal: 2 }, { literal: 3 }),
    }),
  },
);
const equality: fc.Arbitrary<Filter> = fc.record({
  op: fc.constantFrom("eq" as const, "neq" as const),
  left: fc.constantFrom(...FIELDS, "d", "nowhere").map((name): Operand => ({ field: name })),
  right: orMissing.map((literal): Operand => ({ literal })),
});
const inequality: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    op: fc.constantFrom("lt" as const, "lte" as const, "gt" as const, "gte" as const),
    // Minus zero, which JavaScript does not tell from zero, comes from multiplication and the like.
    left: field("n"),
    right: literalNumber,
  }),
  fc.record({
    op: fc.constantFrom("lt" as const, "gte" as const),
    left: field("s"),
    right: fc.constantFrom<Operand>({ literal: "a" }, { literal: "ab" }, { literal: "b" }),
  }),
  fc.record({
    op: fc.constantFrom("lt" as const, "gt" as const),
    left: numeric,
    right: fc.constant<Operand>({ literal: 0.25 }),
  }),
);
/** Inequalities over values of every type, for the naive model alone. */
export const anyInequality: fc.Arbitrary<Filter> = fc.record({
  op: fc.constantFrom("lt" as const, "lte" as const, "gt" as const, "gte" as const),
  left: fc.constantFrom(...FIELDS).map((name): Operand => ({ field: name })),
  right: orMissing.map((literal): Operand => ({ literal })),
});

const filterOver = (leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, depthIdentifier: "filter" },
      leaf,
      fc.record({
        op: fc.constantFrom("and" as const, "or" as const),
        of: fc.array(tie("filter"), { maxLength: 3 }),
      }),
      fc.record({ op: fc.constant("not" as const), of: tie("filter") }),
    ),
  })).filter;
export const portableFilter = filterOver(fc.oneof(equality, inequality));
export const everyFilter = filterOver(fc.oneof(equality, inequality, anyInequality));

export interface Query {
  table: Table;
  /** Which of the table's indexes, modulo their number; null for the table itself. */
  index: number | null;
  /** The first so many fields of the index are equal to these. */
  equals: unknown[];
  lower: { isOpen: boolean; value: unknown } | null;
  upper: { isOpen: boolean; value: unknown } | null;
  order: "asc" | "desc";
  filters: Filter[];
}

export const queryWith = (filter: fc.Arbitrary<Filter>): fc.Arbitrary<Query> => {
  const bound = fc.record({ isOpen: fc.boolean(), value: orMissing });
  return fc.record({
    table: fc.constantFrom(...TABLES),
    index: fc.option(fc.nat({ max: 2 }), { nil: null, freq: 4 }),
    equals: fc.array(orMissing, { maxLength: 2 }),
    lower: fc.option(bound, { nil: null }),
    upper: fc.option(bound, { nil: null }),
    order: fc.constantFrom("asc" as const, "desc" as const),
    filters: fc.array(filter, { maxLength: 2 }),
  });
};

/** Queries that find much, so that there are pages. */
export const wideQuery: fc.Arbitrary<Query> = fc.record({
  table: fc.constantFrom(...TABLES),
  index: fc.option(fc.nat({ max: 2 }), { nil: null, freq: 4 }),
  equals: fc.constant([]),
  lower: fc.option(fc.record({ isOpen: fc.boolean(), value: orMissing }), { nil: null, freq: 1 }),
  upper: fc.option(fc.record({ isOpen: fc.boolean(), value: orMissing }), { nil: null, freq: 1 }),
  order: fc.constantFrom("asc" as const, "desc" as const),
  filters: fc.array(inequality, { maxLength: 1 }),
});

export type End =
  | { kind: "collect" | "first" | "unique" }
  | { kind: "take" | "iterate"; count: number };

/** One step of a transaction. Documents are named by the order in which they were made. */
export type Step =
  | { do: "insert"; table: Table; fields: Fields }
  | { do: "patch"; at: number; fields: Fields }
  | { do: "replace"; at: number; fields: Fields }
  | { do: "delete"; at: number }
  | { do: "get"; at: number }
  | { do: "query"; query: Query; end: End }
  | { do: "nested"; kind: "query" | "mutation"; steps: Step[]; throws: Throws };
export type Throws = "nothing" | "an error" | "a ConvexError";

const end: fc.Arbitrary<End> = fc.oneof(
  fc.record({ kind: fc.constantFrom("collect" as const, "first" as const, "unique" as const) }),
  fc.record({
    kind: fc.constantFrom("take" as const, "iterate" as const),
    count: fc.nat({ max: 4 }),
  }),
);
const at = fc.nat({ max: 40 });
const throws = fc.constantFrom<Throws>("nothing", "nothing", "an error", "a ConvexError");
const read: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("get" as const), at }),
  fc.record({ do: fc.constant("query" as const), query: queryWith(portableFilter), end }),
);
const changes = fc.record(
  {
    a: orMissing,
    b: orMissing,
    d: fc.option(fc.record({ x: anyValue }), { nil: undefined }),
    n: fc.integer({ min: -2, max: 4 }),
  },
  { requiredKeys: [] },
);
const write: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("insert" as const),
      table: fc.constantFrom(...TABLES),
      fields: fieldsOf,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("patch" as const), at, fields: changes }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("replace" as const), at, fields: fieldsOf }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), at }) },
);
const steps = fc.letrec<{ steps: Step[]; nested: Step }>((tie) => ({
  steps: fc.array(
    fc.oneof(
      { maxDepth: 3, depthIdentifier: "steps" },
      { weight: 5, arbitrary: write },
      { weight: 4, arbitrary: read },
      { weight: 2, arbitrary: tie("nested") },
    ),
    { minLength: 1, maxLength: 7, depthIdentifier: "steps" },
  ),
  nested: fc.oneof(
    fc.record({
      do: fc.constant("nested" as const),
      kind: fc.constant("mutation" as const),
      steps: tie("steps"),
      throws,
    }),
    fc.record({
      do: fc.constant("nested" as const),
      kind: fc.constant("query" as const),
      steps: fc.array(read, { maxLength: 2 }),
      throws,
    }),
  ),
})).steps;

/** Writes without anything around them, to come between two pages. */
export const someWrites: fc.Arbitrary<Step[]> = fc.array(write, { maxLength: 3 });

export interface TransactionProgram {
  steps: Step[];
  throws: Throws;
}
export const transactions: fc.Arbitrary<TransactionProgram[]> = fc.array(
  fc.record({ steps, throws }),
  {
    minLength: 1,
    maxLength: 4,
  },
);
/** Rows enough for ranges to have something to find. */
export const someRows = fc.array(fc.tuple(fc.constantFrom(...TABLES), fieldsOf), {
  minLength: 3,
  maxLength: 14,
});

export const manyRows = fc.array(fc.tuple(fc.constantFrom(...TABLES), fieldsOf), {
  minLength: 8,
  maxLength: 30,
});

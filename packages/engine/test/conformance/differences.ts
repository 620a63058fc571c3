/** Where the engine and stock convex-test are known to differ. CONFORMANCE.md is this table. */
interface Difference {
  what: string;
  engine: unknown;
  stock: unknown;
  /** Why the engine is as it is; never that something is missing. */
  reason: string;
}

export const runner: "engine" | "stock" =
  process.env.PARLEY_CONFORMANCE === "stock" ? "stock" : "engine";

/** What is to be expected of this runner. */
export function differing(id: keyof typeof differences): unknown {
  return (differences[id] as Difference)[runner];
}

export const differences = {
  "get-of-no-id": {
    what: "`db.get` of a text that is no id",
    engine: "thrown: Invalid argument `id` for `db.get`: Unable to decode ID: nonsense",
    stock: null,
    reason: "Deployed functions get this error; stock looks any text up in a map.",
  },
  "call-depth": {
    what: "Functions that call each other twelve deep",
    engine: "thrown: MaximumCallDepthExceeded: functions call each other too deeply.",
    stock: "12",
    reason: "Convex has a limit (8); stock counts none.",
  },
  "no-module": {
    what: "A function of a module that is not there",
    engine:
      "thrown: Could not find function for 'index:nothing'. Did you forget to run `npx convex dev`?",
    stock: 'thrown: Could not find module for: "index"',
    reason: "Convex's text.",
  },
  "no-export": {
    what: "A function that its module does not export",
    engine:
      "thrown: Could not find function for 'calls:nothing'. Did you forget to run `npx convex dev`?",
    stock:
      'thrown: Expected a Convex function exported from module "calls" as `nothing`, but there is no such export.',
    reason: "Convex's text.",
  },
  "wrong-kind": {
    what: "A query called as a mutation",
    engine: "thrown: Trying to execute calls.js:names as Mutation, but it is defined as Query.",
    stock:
      'thrown: Expected a mutation function, but the function exported from module "calls" as `names` is not a mutation.',
    reason: "Convex's text.",
  },
  "args-missing": {
    what: "An argument is missing",
    engine:
      "thrown: ArgumentValidationError: Object is missing the required field `name`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({name: v.string()})",
    stock: "thrown: Validator error: Missing required field `name` in object",
    reason: "Convex's text.",
  },
  "args-extra": {
    what: "An argument too many",
    engine:
      'thrown: ArgumentValidationError: Object contains extra field `more` that is not in the validator.\n\nObject: {more: 1.0, name: "a"}\nValidator: v.object({name: v.string()})',
    stock: "thrown: Validator error: Unexpected field `more` in object",
    reason: "Convex's text.",
  },
  "args-type": {
    what: "An argument of the wrong type",
    engine:
      "thrown: ArgumentValidationError: Value does not match validator.\nPath: .name\nValue: 7.0\nValidator: v.string()",
    stock: "thrown: Validator error: Expected `string`, got `7`",
    reason: "Convex's text.",
  },
  "result-type": {
    what: "A result of the wrong type",
    engine:
      "thrown: ReturnsValidationError: Value does not match validator.\nValue: 7.0\nValidator: v.string()",
    stock:
      'thrown: Return value validation failed for query "calls:badResult":\nValidator error: Expected `string`, got `7`',
    reason: "Convex's text.",
  },
  "http-throws": {
    what: "`t.fetch` of an HTTP action that throws: the status",
    engine: 500,
    stock: "thrown: broken",
    reason: "Who asks a deployment is answered 500; the error reaches nobody else.",
  },
  "completed-time": {
    what: "A job that has succeeded has `completedTime`",
    engine: true,
    stock: false,
    reason: "Convex's rows have it; stock sets it for failures only.",
  },
  "cancel-after-end": {
    what: "The state of a job that is canceled after it has succeeded",
    engine: ["success"],
    stock: ["canceled"],
    reason: "To cancel what has ended changes nothing; stock overwrites the state.",
  },
  "schedule-nothing": {
    what: "To schedule a function that is not there is refused",
    engine: true,
    stock: false,
    reason: "Convex refuses it at once; stock finds out when it should run.",
  },
  "content-type": {
    what: "`contentType` of a file stored as `text/plain`",
    engine: "text/plain",
    stock: undefined,
    reason: "Convex's rows have it; stock does not keep it.",
  },
  "limits-in-force": {
    what: "16,001 writes in one `t.run`, with no limits asked for",
    engine: "thrown: Too many writes in a single function execution (limit: 16000)",
    stock: null,
    reason: "What passes here passes deployed: Convex's limits are always in force.",
  },
  "search-prefix": {
    what: "Search for `fo steady`: a beginning that is not the last term",
    engine: ["Slow and steady"],
    stock: ["Slow and steady", "foxes are quick, too", "the quick brown fox"],
    reason: "On Convex the last term alone stands for words that begin with it.",
  },
  "search-punctuation": {
    what: "Search for `quick,`",
    engine: ["a quick answer", "foxes are quick, too", "the quick brown fox"],
    stock: ["foxes are quick, too"],
    reason: "On Convex words are letters and digits; stock splits at spaces only.",
  },
} as const satisfies Record<string, Difference>;

/** The table of CONFORMANCE.md. */
export function differencesTable(): string[] {
  const cell = (value: unknown) =>
    (JSON.stringify(value) ?? "undefined").replaceAll("|", "\\|").replaceAll("\\n", " ");
  const rows = Object.entries<Difference>(differences).map(
    ([id, { what, engine, stock, reason }]) =>
      `| ${id} | ${what} | ${cell(engine)} | ${cell(stock)} | ${reason} |`,
  );
  return ["| | what | engine | stock | why |", "| --- | --- | --- | --- | --- |", ...rows];
}

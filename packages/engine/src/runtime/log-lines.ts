import { inspect } from "node:util";

const LENGTH_MAX = 4096;
const TRUNCATED = "...";

const INSPECT = {
  depth: 4,
  maxArrayLength: 100,
  maxStringLength: LENGTH_MAX,
  breakLength: Number.POSITIVE_INFINITY,
  // A getter or a proxy of the user's is shown, never run.
  getters: false,
  showProxy: false,
  customInspect: false,
} as const;

/**
 * One line of a function's log, as the client prints it: `[LOG] 'text' 1 { a: null }`.
 *
 * @param level In any case: `log`, `info`, `warn`, `error`, `debug`.
 * @returns At most 4 KiB; never throws, whatever the arguments are.
 * Source: convex 1.48 `browser/logging.ts`; SPEC LL1.
 */
export function formatLogLine(level: string, args: unknown[]): string {
  // The space stands also before nothing: without it the client cannot read the line.
  let line = `[${level.toUpperCase()}] `;
  for (const [i, arg] of args.entries()) {
    if (line.length > LENGTH_MAX) break;
    line += i === 0 ? show(arg) : ` ${show(arg)}`;
  }
  if (line.length <= LENGTH_MAX) return line;
  return line.slice(0, LENGTH_MAX - TRUNCATED.length).toWellFormed() + TRUNCATED;
}

function show(arg: unknown): string {
  if (typeof arg === "string") return quote(arg);
  try {
    return inspect(arg, INSPECT);
  } catch {
    return "[cannot be shown]";
  }
}

// Single quotes always, and line breaks as they are: this is what people read in their console.
function quote(text: string): string {
  const shown = text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text;
  return `'${shown.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

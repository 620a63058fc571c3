import { parseArgs } from "node:util";

const PARTS = ["ceiling", "engine", "growth", "burst", "product", "browser", "timing"] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  /** Which benches run. */
  only: Part[];
  /** Sizes of the rooms over which the same people are spread. */
  roomSizes: number[];
  people: number;
  /** How often each figure is taken; the median counts. */
  repeats: number;
  stepSeconds: number;
  latencyRate: number;
  latencySeconds: number;
  /** Whether rates and latencies are looked for, which takes a quiet machine. */
  hasRates: boolean;
  /** How many messages a closed loop sends. */
  loopMessages: number;
  idleConnections: number;
  /** How many messages the stores hold that are compared. */
  storeSizes: number[];
  /** How many clients come back at once. */
  burstClients: number;
  /** How many messages the conversation holds that a browser has open. */
  browserMessages: number;
  /** Give the server the first core and the load the second. */
  isPinned: boolean;
  /** Where servers leave processor profiles when they end; null: they make none. */
  profileDir: string | null;
  /** Replace `docs/bench.md` by the result. */
  isWritten: boolean;
}

export const HELP = `npm run bench -- [options]
  --quick            small figures in about two minutes, to see that it works
  --only WHAT        ceiling, engine, growth, burst, product, browser, timing (default all but timing; the ceiling runs
                     with engine and product)
  --rooms 2,50,200   sizes of the rooms
  --people 200       connected people
  --repeats 3        how often each figure is taken
  --loop-only        closed loops only, no rates and latencies: for a machine that is not quiet
  --no-pin           let server and load share all cores
  --profile DIR      let each server leave a processor profile there, for Chrome's DevTools
  --write            put the result into docs/bench.md`;

/** @throws Error with one sentence when an option makes no sense. */
export function readOptions(argv: string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "engine,growth,burst,product,browser" },
      rooms: { type: "string" },
      people: { type: "string", default: "200" },
      repeats: { type: "string" },
      "no-pin": { type: "boolean", default: false },
      "loop-only": { type: "boolean", default: false },
      profile: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const only = values.only.split(",").map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw new Error(`--only knows ${PARTS.join(", ")}, not ${name}.`);
    return part;
  });
  const people = wholeNumber("--people", values.people, 1_000);
  const roomSizes = (values.rooms ?? (values.quick ? "2,50" : "2,50,200"))
    .split(",")
    .map((size) => wholeNumber("--rooms", size, people));
  return {
    only,
    roomSizes,
    people,
    repeats: wholeNumber("--repeats", values.repeats ?? (values.quick ? "1" : "3"), 20),
    stepSeconds: values.quick ? 1.5 : 4,
    latencyRate: 50,
    latencySeconds: values.quick ? 4 : 20,
    hasRates: !values["loop-only"],
    loopMessages: values.quick ? 5_000 : 20_000,
    idleConnections: values.quick ? 200 : 1_000,
    storeSizes: [10_000, values.quick ? 100_000 : 1_000_000],
    burstClients: values.quick ? 200 : 1_000,
    browserMessages: values.quick ? 3_000 : 100_000,
    isPinned: !values["no-pin"],
    profileDir: values.profile ?? null,
    isWritten: values.write,
  };
}

function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new Error(`${option} takes whole numbers from 1 to ${max}, not ${text}.`);
  }
  return value;
}

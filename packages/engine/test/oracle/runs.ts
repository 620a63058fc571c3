import type * as fc from "fast-check";

/** `npm run oracle -- --seed N --times M` sets these. */
const times = Number(process.env.PARLEY_ORACLE_TIMES ?? 1);
const seed = Number(process.env.PARLEY_ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** How often, and from which seed; the seed is printed, whatever comes of it. */
export function runs(name: string, count: number): fc.Parameters<unknown> {
  const numRuns = Math.max(1, Math.round(count * times));
  console.info(`${name}: ${numRuns} cases, seed ${seed} (npm run oracle -- --seed ${seed})`);
  return { numRuns, seed, verbose: 0 };
}

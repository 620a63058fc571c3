// The highest rate that a server keeps up with, by doubling and then halving the distance.

export interface Step<T> {
  rate: number;
  isGood: boolean;
  result: T;
}

export interface SearchOptions {
  startRate: number;
  maxRate: number;
  /** The search ends when the lowest bad rate is at most this factor above the highest good one. */
  precision: number;
}

/**
 * Finds the highest good rate.
 *
 * @param tryRate Runs one step. It is called a bounded number of times, never at a rate below 1 or above `maxRate`.
 * @returns The highest good step, or null when not even one message a second was good.
 */
export async function findMaximum<T>(
  tryRate: (rate: number) => Promise<Step<T>>,
  { startRate, maxRate, precision }: SearchOptions,
): Promise<Step<T> | null> {
  let best: Step<T> | null = null;
  let lowestBad = Number.POSITIVE_INFINITY;
  let rate = Math.min(startRate, maxRate);
  while (rate >= 1) {
    const step = await tryRate(rate);
    if (step.isGood) best = step;
    else lowestBad = rate;

    if (best === null) {
      rate = Math.floor(rate / 4);
    } else if (lowestBad === Number.POSITIVE_INFINITY) {
      if (best.rate >= maxRate) break;
      rate = Math.min(best.rate * 2, maxRate);
    } else {
      if (lowestBad <= best.rate * precision) break;
      rate = Math.round(Math.sqrt(best.rate * lowestBad));
      if (rate <= best.rate || rate >= lowestBad) break;
    }
  }
  return best;
}

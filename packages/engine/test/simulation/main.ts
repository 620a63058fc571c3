import { parseArgs } from "node:util";
import { Campaign } from "./campaign.ts";

const USAGE = "npm run simulate -- [--seed N] [--minutes M]";

/** Runs worlds for a person at a terminal: one by its seed, or new ones for so many minutes. */
export async function main(args: string[]): Promise<number> {
  const options = { seed: { type: "string" }, minutes: { type: "string" } } as const;
  let seed: number | null;
  let minutes: number;
  try {
    const { values } = parseArgs({ args, options });
    seed = values.seed === undefined ? null : wholeNumber(values.seed);
    minutes = values.minutes === undefined ? (seed === null ? 1 : 0) : Number(values.minutes);
    if (!(minutes >= 0)) throw new Error("minutes");
  } catch {
    console.error(`That is not understood: ${USAGE}`);
    return 2;
  }
  const campaign = new Campaign();
  const untilMs = Date.now() + minutes * 60_000;
  let next = seed ?? Math.floor(Math.random() * 2 ** 31);
  try {
    do {
      const world = await campaign.run(next);
      const { steps, nowMs } = world.time;
      console.log(
        `seed ${next}: ${steps} steps, ${(nowMs / 1000).toFixed(0)} s, ` +
          `${world.history.commits} commits, ${world.faults.length} faults`,
      );
      if (minutes === 0) console.log(world.faults.map((fault) => `  ${fault}`).join("\n"));
      next++;
    } while (Date.now() < untilMs);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  console.log(campaign.describe());
  const never = campaign.sometimes.never();
  if (never.length > 0 && minutes > 0) console.log(`never: ${never.join("; ")}`);
  return 0;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error("seed");
  return number;
}

import { expect, it } from "vitest";
import { Campaign } from "./campaign.ts";

/** As many as take about a minute of one quiet core. */
const WORLDS = 80;
/** In few worlds does a reader stall for long enough: in this one it does. */
const RARE_WORLDS = [74];

it("[ST1] [ST12] [ST13] [ST14] [ST21] [ST22] [SY1] [SY2] [SY6] [SY8] [SD3] whatever fails, what clients were told holds", {
  timeout: 700_000,
}, async () => {
  const campaign = new Campaign();
  for (let seed = 1; seed <= WORLDS; seed++) await campaign.run(seed);
  for (const seed of RARE_WORLDS) await campaign.run(seed);
  console.log(campaign.describe());
  const { queryRuns, needlessRuns } = campaign.figures;
  expect(campaign.sometimes.never()).toEqual([]);
  // R8: a query that reads one document runs again when that document has changed.
  expect(needlessRuns / queryRuns).toBeLessThanOrEqual(0.01);
});

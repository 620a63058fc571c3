import { Sometimes } from "./facts.ts";
import { runScenario } from "./scenario.ts";
import type { Bug } from "./server.ts";
import type { World } from "./world.ts";

export interface CampaignFigures {
  runs: number;
  steps: number;
  virtualMs: number;
  commits: number;
  transitions: number;
  resultsCompared: number;
  queryRuns: number;
  needlessRuns: number;
  faults: number;
}

/** What failed, and how to see it again. */
export class FailedRun extends Error {
  readonly seed: number;

  constructor(seed: number, world: World | null, cause: unknown) {
    const facts = world
      ? [
          `at ${(world.time.nowMs / 1000).toFixed(3)} s of the simulation, step ${world.time.steps},`,
          `after ${world.history.commits} commits and ${world.faults.length} faults, the last of them:`,
          ...world.faults.slice(-8).map((fault) => `  ${fault}`),
        ]
      : [];
    super(
      [`seed ${seed}: ${String(cause)}`, ...facts, `npm run simulate -- --seed ${seed}`].join("\n"),
      { cause },
    );
    this.seed = seed;
  }
}

/** Runs worlds one after another and adds up what they were through. */
export class Campaign {
  readonly sometimes = new Sometimes();
  readonly figures: CampaignFigures = {
    runs: 0,
    steps: 0,
    virtualMs: 0,
    commits: 0,
    transitions: 0,
    resultsCompared: 0,
    queryRuns: 0,
    needlessRuns: 0,
    faults: 0,
  };

  /** @throws FailedRun with the seed and the few facts that matter. */
  async run(seed: number, bug: Bug | null = null): Promise<World> {
    let world: World | null = null;
    const keep = (created: World) => {
      world = created;
    };
    try {
      const { figures } = this;
      const run = await runScenario(seed, bug, keep);
      figures.runs++;
      figures.steps += run.steps;
      figures.virtualMs += run.virtualMs;
      figures.commits += run.commits;
      figures.transitions += run.transitions;
      figures.resultsCompared += run.resultsCompared;
      figures.queryRuns += run.queryRuns;
      figures.needlessRuns += run.needlessRuns;
      figures.faults += run.faults.length;
      this.sometimes.add(run.world.sometimes);
      return run.world;
    } catch (error) {
      throw new FailedRun(seed, world, error);
    }
  }

  /** One line a person can read. */
  describe(): string {
    const { runs, steps, virtualMs, commits, transitions, resultsCompared, faults } = this.figures;
    return (
      `${runs} worlds, ${(virtualMs / 60_000).toFixed(0)} minutes of theirs: ${steps} steps, ` +
      `${faults} faults, ${commits} commits run again, ${transitions} transitions with ` +
      `${resultsCompared} results compared`
    );
  }
}

import { anyMutation, anyQuery, type Page } from "./page.ts";
import type { Bug } from "./server.ts";
import { World } from "./world.ts";

export interface RunFigures {
  seed: number;
  steps: number;
  virtualMs: number;
  commits: number;
  transitions: number;
  resultsCompared: number;
  queryRuns: number;
  needlessRuns: number;
  faults: string[];
  world: World;
}

const BUSY_MS = 60_000;
/** The kinds of trouble, by number; some twice. */
const TROUBLES = 14;
const USERS = ["ann", "bob", "eve"];

/**
 * One run: people at work for a minute, everything that can go wrong going wrong, then rest.
 *
 * @throws Violation, with `faults` of the world told by whoever prints it.
 */
export async function runScenario(
  seed: number,
  bug: Bug | null = null,
  onWorld: (world: World) => void = () => {},
): Promise<RunFigures> {
  const world = await World.create(seed, bug);
  onWorld(world);
  const { chance } = world;
  await world.prepare();
  const pages = chance.int(2, 6);
  const pauseMs = chance.pick([60, 200, 600]);
  const faultPauseMs = chance.pick([1_500, 3_000, 8_000, 100_000]);
  // Each world has troubles of its own: where one kind is missing, others go further.
  const troubles = Array.from({ length: TROUBLES }, (_, kind) => kind).filter(() =>
    chance.oneIn(3),
  );
  let isBusy = true;
  const beAround = (page: Page) => {
    if (!isBusy || page.isGone) return;
    act(world, page);
    // People come in bursts: several things at once, then nothing for a while.
    const delayMs = chance.oneIn(3) ? 0 : chance.fraction() * pauseMs * 2;
    world.time.after(delayMs, () => beAround(page));
  };
  const open = () => {
    const page = world.openPage();
    if (!chance.oneIn(3)) page.signIn(chance.pick(USERS));
    for (let n = chance.int(1, 6); n > 0; n--) page.subscribe(...anyQuery(chance, idsOf(world)));
    beAround(page);
  };
  const trouble = () => {
    if (!isBusy) return;
    if (troubles.length > 0) makeTrouble(world, chance.pick(troubles), open);
    world.time.after(chance.fraction() * faultPauseMs * 2, trouble);
  };
  for (let n = 0; n < pages; n++) open();
  world.time.after(chance.fraction() * faultPauseMs, trouble);
  await world.run(BUSY_MS);
  isBusy = false;
  await world.comeToRest();
  const { time, history, counts, faults } = world;
  return {
    seed,
    steps: time.steps,
    virtualMs: time.nowMs,
    commits: history.commits,
    ...counts,
    faults,
    world,
  };
}

function idsOf(world: World): string[] {
  return [...world.history.latest.tables.messages!.keys()].slice(-20);
}

function act(world: World, page: Page): void {
  const { chance } = world;
  const roll = chance.int(0, 100);
  if (roll < 84) {
    // Nobody goes on clicking while a hundred clicks have had no answer.
    if (page.waiting.size < 30) page.mutate(...anyMutation(chance));
  } else if (roll < 92) {
    if (page.subscriptions.length < 8) page.subscribe(...anyQuery(chance, idsOf(world)));
  } else if (roll < 98) {
    page.dropSubscription();
  } else if (roll < 99) {
    page.signIn(chance.pick(USERS));
  } else if (page.hasSignedIn) {
    page.signOut();
  }
}

function makeTrouble(world: World, kind: number, open: () => void): void {
  const { chance, sometimes, disk, time } = world;
  const page = world.pages.length > 0 ? chance.pick(world.pages) : null;
  const connection = page?.current;
  switch (kind) {
    case 0:
      world.note("a connection breaks");
      sometimes.reach("a connection broke");
      connection?.cut();
      break;
    case 1:
      world.note("all connections break");
      for (const each of world.pages) each.current?.cut();
      break;
    case 2: {
      const up = chance.oneIn(2);
      const down = !up || chance.oneIn(2);
      world.note(`a connection falls silent${up ? " upwards" : ""}${down ? " downwards" : ""}`);
      if (up) sometimes.reach("a connection fell silent upwards");
      if (down) sometimes.reach("a connection fell silent downwards");
      connection?.fallSilent(up, down);
      break;
    }
    case 3:
    case 4: {
      if (!connection) break;
      const readRate = chance.pick([0, 0, 0.1, 1]);
      world.note(`a client reads ${readRate} bytes a ms`);
      sometimes.reach("a reader was too slow");
      connection.readRate = readRate;
      connection.wasSlow = true;
      time.after(chance.int(1_000, 90_000), () => {
        connection.readRate = Number.POSITIVE_INFINITY;
      });
      break;
    }
    case 5:
      world.kill();
      break;
    case 6:
      world.losePower();
      break;
    case 7:
    case 8:
      world.note("the power is about to fail within a write");
      disk.powerCutIn = chance.int(0, 6);
      break;
    case 9:
      world.restart();
      break;
    case 10:
      world.note("the disk is full");
      sometimes.reach("the disk was full");
      disk.isFull = true;
      time.after(chance.int(100, 5_000), () => {
        disk.isFull = false;
        sometimes.reach("the disk had room again");
      });
      break;
    case 11:
      world.note("the disk is about to fail");
      disk.failsNext = true;
      break;
    case 12: {
      const skewMs = chance.pick([-3_600_000, -5_000, 0, 5_000, 3_600_000]);
      world.note(`the server's clock is set to ${skewMs} ms beside the right time`);
      world.setServerClock(skewMs);
      if (chance.oneIn(3)) world.revokeTokens();
      break;
    }
    case 13:
      if (!page) break;
      world.note("a page is reloaded");
      sometimes.reach("a page was reloaded");
      world.closePage(page);
      open();
      break;
    default:
  }
}

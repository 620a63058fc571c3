import { fileURLToPath } from "node:url";
import { anyApi, cronJobs, internalActionGeneric, internalMutationGeneric } from "convex/server";
import { describe, expect, it, vi } from "vitest";
import { type Environment, realEnvironment } from "../src/base/environment.ts";
import { createCore, type EngineCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { readCrons } from "../src/scheduler/cron-schedule.ts";
import { EMPTY_SCHEMA } from "../src/schema/schema-definition.ts";
import { startEngine, until } from "./rig.ts";

// A busy machine is slow, not wrong: these tests measure nothing.
vi.setConfig({ testTimeout: 60_000 });

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const run = anyApi.jobs!.run!;
type Declare = (crons: ReturnType<typeof cronJobs>) => void;

/** A deployment whose time moves by `advance` alone; its jobs note here when they ran. */
function world() {
  let nowMs = START_MS;
  let timers: Array<{ atMs: number; callback: () => void }> = [];
  const environment: Environment = {
    ...realEnvironment(() => {}),
    nowMs: () => nowMs,
    setTimer: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
    },
  };
  const persistence = openMemoryPersistence();
  const ranAtMinutes: number[] = [];
  let core: EngineCore | null = null;
  let release: (() => void) | null = null;
  const settle = async () => {
    // Turns of the event loop: commits are grouped by them.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ranAtMinutes,
    settle,
    /** Lets the action that is under way return. */
    release: () => release?.(),
    deploy: async (declare: Declare, kind: "mutation" | "action" | "failing" = "mutation") => {
      await core?.crons.close();
      await core?.runtime.close();
      timers = [];
      const note = () => ranAtMinutes.push((nowMs - START_MS) / MINUTE_MS);
      const jobs = {
        mutation: internalMutationGeneric({ handler: async () => void note() }),
        failing: internalMutationGeneric({
          handler: async () => {
            note();
            throw new Error("no luck");
          },
        }),
        action: internalActionGeneric({
          handler: async () => {
            note();
            await new Promise<void>((resolve) => (release = resolve));
          },
        }),
      };
      const crons = cronJobs();
      declare(crons);
      const functions = createFunctionRegistry(
        new Map<string, Record<string, unknown>>([
          ["jobs", { run: jobs[kind] }],
          ["crons", { default: crons }],
        ]),
      );
      core = createCore({
        environment,
        persistence,
        schema: EMPTY_SCHEMA,
        functions,
        revealsErrors: false,
        onDiskFailed: () => {},
        crons: readCrons(functions),
        files: openMemoryFiles(environment),
        cloudUrl: "http://localhost",
      });
      await core.crons.start();
      await settle();
    },
    advance: async (minutes: number) => {
      const untilMs = nowMs + minutes * MINUTE_MS;
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.callback();
        await settle();
      }
      nowMs = untilMs;
    },
    setClock: (minutes: number) => {
      nowMs = START_MS + minutes * MINUTE_MS;
    },
    /** Time passes and nobody is there. */
    sleep: (minutes: number) => {
      timers = [];
      nowMs += minutes * MINUTE_MS;
    },
  };
}

const everyTwoMinutes: Declare = (crons) => crons.interval("job", { minutes: 2 }, run);

describe("crons", () => {
  it("[CR4] run at their times, the first interval at once, also after a failure", async () => {
    for (const kind of ["mutation", "failing"] as const) {
      const { deploy, advance, ranAtMinutes } = world();
      await deploy(everyTwoMinutes, kind);
      await advance(7);
      expect(ranAtMinutes).toEqual([0, 2, 4, 6]);
    }
  });

  it("[CR5] keep their times over a restart; what was missed is one late run", async () => {
    const { deploy, advance, sleep, ranAtMinutes } = world();
    await deploy(everyTwoMinutes);
    await advance(3);
    await deploy(everyTwoMinutes);
    await advance(2);
    expect(ranAtMinutes).toEqual([0, 2, 4]);
    sleep(10);
    await deploy(everyTwoMinutes);
    await advance(3);
    expect(ranAtMinutes).toEqual([0, 2, 4, 15, 16, 18]);
  });

  it("[CR6] start anew when they are changed, and are forgotten when they are removed", async () => {
    const { deploy, advance, ranAtMinutes } = world();
    const hourly: Declare = (crons) => crons.hourly("job", { minuteUTC: 10 }, run);
    await deploy(everyTwoMinutes);
    await advance(1);
    await deploy(hourly);
    await advance(10);
    expect(ranAtMinutes).toEqual([0, 10]);
    await deploy(() => {});
    await advance(61);
    expect(ranAtMinutes).toEqual([0, 10]);
    await deploy(everyTwoMinutes);
    expect(ranAtMinutes).toEqual([0, 10]);
    await advance(1);
    expect(ranAtMinutes).toEqual([0, 10, 72]);
  });

  it("[CR7] run one at a time; times that come while an action runs are skipped", async () => {
    const { deploy, advance, settle, release, ranAtMinutes } = world();
    await deploy(everyTwoMinutes, "action");
    await advance(7);
    expect(ranAtMinutes).toEqual([0]);
    release();
    await settle();
    await advance(2);
    expect(ranAtMinutes).toEqual([0, 8]);
    release();
  });

  it("[CR8] do not wait for a time that only a wrong clock had", async () => {
    const { deploy, advance, setClock, ranAtMinutes } = world();
    setClock(100_000);
    await deploy(everyTwoMinutes);
    await advance(1);
    setClock(0);
    await deploy(everyTwoMinutes);
    await advance(5);
    expect(ranAtMinutes.slice(1)).toEqual([2, 4]);
  });
});

it("[CR4] a functions folder's crons.ts runs, out of sight of the scheduler's rows", async () => {
  const functionsDir = fileURLToPath(new URL("./fixtures/crons", import.meta.url));
  const running = await startEngine({ functionsDir });
  const client = running.connect();
  const names = await until<Array<{ name: string }>>(
    (onValue) => client.onUpdate(anyApi.ticks!.list!, {}, onValue),
    (list) => new Set(list.map(({ name }) => name)).size === 2,
  );
  expect(new Set(names.map(({ name }) => name))).toEqual(new Set(["mutation", "action"]));
  expect(await client.query(anyApi.ticks!.scheduled!, {})).toEqual([]);
  await running.stop();
});

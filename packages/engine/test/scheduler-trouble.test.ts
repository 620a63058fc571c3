import { anyApi, internalActionGeneric, internalMutationGeneric } from "convex/server";
import { describe, expect, it, vi } from "vitest";
import { EngineError } from "../src/base/engine-error.ts";
import { realEnvironment } from "../src/base/environment.ts";
import { createCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import type { Persistence } from "../src/persistence/persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { EMPTY_SCHEMA } from "../src/schema/schema-definition.ts";

// A busy machine is slow, not wrong: these tests measure nothing.
vi.setConfig({ testTimeout: 60_000 });

const jobs = anyApi.jobs!;

/** An engine whose disk can be full for a while; jobs note here when they run. */
async function startWorld() {
  const notes: string[] = [];
  let isFull = false;
  let refusals = 0;
  const memory = openMemoryPersistence();
  const persistence: Persistence = {
    ...memory,
    appendLog: (records) => {
      if (!isFull) return memory.appendLog(records);
      refusals++;
      throw new EngineError("DiskFull", "The disk is full; nothing was written.");
    },
  };
  const modules = {
    write: internalMutationGeneric({
      handler: async (ctx) => {
        notes.push("wrote");
        await ctx.db.insert("rows", {});
      },
    }),
    act: internalActionGeneric({
      handler: async () => {
        notes.push("acted");
        isFull = true;
      },
    }),
    schedule: internalMutationGeneric({
      handler: async (ctx, { job }: { job: string }) => {
        await ctx.scheduler.runAfter(0, jobs[job]!, {});
      },
    }),
  };
  const environment = realEnvironment(() => {});
  const core = createCore({
    environment,
    persistence,
    schema: EMPTY_SCHEMA,
    functions: createFunctionRegistry(new Map([["jobs", modules]])),
    revealsErrors: false,
    onDiskFailed: () => {},
    files: openMemoryFiles(environment),
    cloudUrl: "http://localhost",
  });
  await core.scheduler.start();
  const rowsOf = (table: string) => {
    const { byCreationTime } = core.store.catalog.ensureTable(table);
    const entries = core.store.scan(byCreationTime, "", null, "asc", 100, core.store.durableTs);
    return entries.map(({ document }) => document.value);
  };
  return {
    notes,
    rowsOf,
    fill: () => {
      isFull = true;
    },
    free: () => {
      isFull = false;
    },
    refusals: () => refusals,
    schedule: (job: string) =>
      core.runtime.runMutation({
        path: "jobs:schedule",
        args: { job },
        caller: ANONYMOUS,
        allowsInternal: true,
      }),
    stop: async () => {
      await core.scheduler.close();
      await core.runtime.close();
    },
  };
}

async function poll(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("while the disk is full", () => {
  it("[SD3] a scheduled mutation waits, and then has happened once", async () => {
    const { schedule, fill, free, refusals, rowsOf, notes, stop } = await startWorld();
    await schedule("write");
    fill();
    await poll(() => refusals() >= 2);
    expect(rowsOf("_scheduled_functions")).toMatchObject([{ state: { kind: "pending" } }]);
    expect(rowsOf("rows")).toEqual([]);
    free();
    await poll(() => rowsOf("rows").length > 0);
    expect(rowsOf("_scheduled_functions")).toMatchObject([{ state: { kind: "success" } }]);
    expect(rowsOf("rows")).toHaveLength(1);
    expect(notes.length).toBeGreaterThanOrEqual(3);
    await stop();
  });

  it("[SD10] an action that has acted is not run again, and its end is written later", async () => {
    const { schedule, free, refusals, rowsOf, notes, stop } = await startWorld();
    await schedule("act");
    await poll(() => refusals() >= 2);
    expect(rowsOf("_scheduled_functions")).toMatchObject([{ state: { kind: "inProgress" } }]);
    free();
    await poll(() => rowsOf("_scheduled_functions")[0]!.completedTime !== undefined);
    expect(rowsOf("_scheduled_functions")).toMatchObject([{ state: { kind: "success" } }]);
    expect(notes).toEqual(["acted"]);
    await stop();
  });
});

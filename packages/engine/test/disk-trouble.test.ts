import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
import { expect, it } from "vitest";
import { EngineError, type EngineErrorKind } from "../src/base/engine-error.ts";
import { realEnvironment } from "../src/base/environment.ts";
import { createCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import type { Persistence } from "../src/persistence/persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { EMPTY_SCHEMA } from "../src/schema/schema-definition.ts";

/** An engine whose disk has, from a moment on, one kind of trouble with every write. */
function startWorld() {
  let trouble: EngineErrorKind | null = null;
  const attempts: string[] = [];
  const failures: string[] = [];
  const memory = openMemoryPersistence();
  const attempt =
    <A extends unknown[]>(name: string, write: (...args: A) => void) =>
    (...args: A) => {
      attempts.push(name);
      if (trouble) throw new EngineError(trouble, `The disk has trouble: ${trouble}.`);
      write(...args);
    };
  const persistence: Persistence = {
    ...memory,
    appendLog: attempt("append", memory.appendLog),
    applyBase: attempt("apply", memory.applyBase),
    writeSetting: attempt("setting", memory.writeSetting),
  };
  const modules = {
    write: internalMutationGeneric({
      handler: async (ctx) => {
        await ctx.db.insert("rows", {});
        return (await ctx.db.query("rows").collect()).length;
      },
    }),
    count: internalQueryGeneric({
      handler: async (ctx) => (await ctx.db.query("rows").collect()).length,
    }),
  };
  const environment = realEnvironment(() => {});
  const core = createCore({
    environment,
    persistence,
    schema: EMPTY_SCHEMA,
    functions: createFunctionRegistry(new Map([["rows", modules]])),
    revealsErrors: false,
    onDiskFailed: (error) => failures.push(error.kind),
    files: openMemoryFiles(environment),
    cloudUrl: "http://localhost",
  });
  const call = (name: string) => ({
    path: `rows:${name}`,
    args: {},
    caller: ANONYMOUS,
    allowsInternal: true,
  });
  return {
    attempts,
    failures,
    core,
    write: (requestId: number) =>
      core.runtime.runMutation(call("write"), { sessionId: "s", requestId }),
    count: async () => (await core.runtime.runQuery(call("count"))).result,
    setTrouble: (kind: EngineErrorKind | null) => {
      trouble = kind;
    },
  };
}

it("[ST22] a full disk refuses what is new in a group, and not what is durable already", async () => {
  const { write, count, setTrouble, failures } = startWorld();
  const first = await write(0);
  setTrouble("DiskFull");
  // Asked in one moment, so that both are of one group.
  const [repeated, refused] = await Promise.all([write(0), write(1)]);
  expect(repeated).toEqual(first);
  expect(refused.result).toMatchObject({
    ok: false,
    errorMessage: expect.stringContaining("DiskFull"),
  });
  expect(await count()).toMatchObject({ valueJson: "1" });
  setTrouble(null);
  expect((await write(1)).result).toMatchObject({ ok: true, valueJson: "2" });
  expect(failures).toEqual([]);
});

it("[ST21] a disk that has failed is told of once and written to no more, and nobody is answered", async () => {
  const { write, core, attempts, failures, setTrouble } = startWorld();
  await write(0);
  setTrouble("DiskFailed");
  attempts.length = 0;
  const answers: unknown[] = [];
  for (const requestId of [1, 2]) void write(requestId).then((answer) => answers.push(answer));
  // Resolves once everything that is ever going to be answered is.
  await core.runtime.close();
  expect(attempts).toEqual(["append"]);
  expect(failures).toEqual(["DiskFailed"]);
  // It works again, as disks do after a failure; that proves nothing.
  setTrouble(null);
  expect(() => core.close()).toThrow("DiskFailed");
  expect(attempts).toEqual(["append"]);
  expect(answers).toEqual([]);
});

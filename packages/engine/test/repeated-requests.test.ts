import { internalMutationGeneric } from "convex/server";
import { expect, it } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { limits } from "../src/base/limits.ts";
import { createCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { EMPTY_SCHEMA } from "../src/schema/schema-definition.ts";

function startEngine() {
  const environment = realEnvironment(() => {});
  const write = internalMutationGeneric({
    handler: async (ctx) => (await ctx.db.insert("rows", {})) as string,
  });
  const { runtime } = createCore({
    environment,
    persistence: openMemoryPersistence(),
    schema: EMPTY_SCHEMA,
    functions: createFunctionRegistry(new Map([["rows", { write }]])),
    revealsErrors: true,
    onDiskFailed: () => {},
    files: openMemoryFiles(environment),
    cloudUrl: "http://localhost",
  });
  const call = { path: "rows:write", args: {}, caller: ANONYMOUS, allowsInternal: true };
  return {
    runtime,
    send: (requestId: number) => runtime.runMutation(call, { sessionId: "s", requestId }),
    sendWithoutSession: () => runtime.runMutation(call, null),
  };
}

it("[ST23] who sends again while the engine closes is told nothing, rather than that it failed", async () => {
  const { runtime, send, sendWithoutSession } = startEngine();
  const stored = await send(1);
  expect(stored.result.ok).toBe(true);
  await runtime.close();
  const said: unknown[] = [];
  for (const requestId of [1, 2]) void send(requestId).then(({ result }) => said.push(result));
  const { result } = await sendWithoutSession();
  expect(result).toMatchObject({ ok: false, errorMessage: expect.stringContaining("restarting") });
  expect(said).toEqual([]);
});

it("[ST23] who sends again what waits or is stored is never refused for want of room", async () => {
  const { send } = startEngine();
  const first = await send(0);
  const waiting = Array.from({ length: limits.waitingMutationsMax }, (_, n) => send(n + 1));
  const [stored, queued, strange] = await Promise.all([send(0), send(5), send(-1)]);
  expect(stored).toEqual(first);
  expect(queued).toEqual(await waiting[4]);
  expect(strange.result).toMatchObject({
    ok: false,
    errorMessage: expect.stringContaining("Too many mutations"),
  });
  const results = await Promise.all(waiting);
  expect(results.filter(({ result }) => !result.ok)).toEqual([]);
});

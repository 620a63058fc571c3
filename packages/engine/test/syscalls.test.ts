import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineSchema } from "convex/server";
import { expect, it } from "vitest";
import { convexTest } from "../src/testing/index.ts";

type Where = "query" | "mutation" | "action";
type Way = "sync" | "async" | "js";
const TRANSACTIONS: Where[] = ["query", "mutation"];
const EVERYWHERE: Where[] = ["query", "mutation", "action"];

/** Every call that the library of the pinned version can make, and where the engine answers it. */
const SYSCALLS: Record<string, [Way, Where[]]> = {
  "1.0/queryStream": ["sync", TRANSACTIONS],
  "1.0/queryCleanup": ["sync", TRANSACTIONS],
  "1.0/db/normalizeId": ["sync", TRANSACTIONS],
  "1.0/getSnapshotTs": ["sync", TRANSACTIONS],
  "1.0/get": ["async", TRANSACTIONS],
  "1.0/queryStreamNext": ["async", TRANSACTIONS],
  "1.0/queryPage": ["async", TRANSACTIONS],
  "1.0/count": ["async", TRANSACTIONS],
  "1.0/insert": ["async", TRANSACTIONS],
  "1.0/shallowMerge": ["async", TRANSACTIONS],
  "1.0/replace": ["async", TRANSACTIONS],
  "1.0/remove": ["async", TRANSACTIONS],
  "1.0/runUdf": ["async", TRANSACTIONS],
  "1.0/schedule": ["async", TRANSACTIONS],
  "1.0/cancel_job": ["async", TRANSACTIONS],
  "1.0/storageStore": ["async", TRANSACTIONS],
  "1.0/storageGet": ["async", TRANSACTIONS],
  "1.0/signJwt": ["async", TRANSACTIONS],
  "1.0/getTransactionMetrics": ["async", TRANSACTIONS],
  "1.0/getUserIdentity": ["async", EVERYWHERE],
  "1.0/createFunctionHandle": ["async", EVERYWHERE],
  "1.0/storageGetUrl": ["async", EVERYWHERE],
  "1.0/storageGetMetadata": ["async", EVERYWHERE],
  "1.0/storageGenerateUploadUrl": ["async", EVERYWHERE],
  "1.0/storageDelete": ["async", EVERYWHERE],
  "1.0/getFunctionMetadata": ["async", EVERYWHERE],
  "1.0/getDeploymentMetadata": ["async", EVERYWHERE],
  "1.0/getRequestMetadata": ["async", EVERYWHERE],
  "1.0/auditLog": ["async", EVERYWHERE],
  "1.0/actions/query": ["async", ["action"]],
  "1.0/actions/mutation": ["async", ["action"]],
  "1.0/actions/action": ["async", ["action"]],
  "1.0/actions/schedule": ["async", ["action"]],
  "1.0/actions/cancel_job": ["async", ["action"]],
  "1.0/actions/vectorSearch": ["async", ["action"]],
  "1.0/createServiceToken": ["async", ["action"]],
  "1.0/getServiceUrl": ["async", ["action"]],
  "storage/storeBlob": ["js", ["action"]],
  "storage/getBlob": ["js", ["action"]],
  requestFromConvexJson: ["js", ["action"]],
  convexJsonFromResponse: ["js", ["action"]],
};

interface ConvexGlobal {
  syscall(name: string, args: string): string;
  asyncSyscall(name: string, args: string): Promise<string>;
  jsSyscall(name: string, args: object): unknown;
}

it("[RT7] every call that the library can make is known", () => {
  const root = join(dirname(createRequire(import.meta.url).resolve("convex/package.json")), "src");
  const found = new Set<string>();
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
    const text = readFileSync(join(root, file), "utf8");
    const calls = text.matchAll(/perform(?:Async|Js)?Syscall\(\s*["'`]([^"'`]+)["'`]/g);
    for (const [, name] of calls) found.add(name!);
  }
  expect([...found].sort()).toEqual(Object.keys(SYSCALLS).sort());
});

it.each(EVERYWHERE)("[RT7] what a %s may call is answered, and nothing else", async (where) => {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": async () => ({}) });
  const unknown: string[] = [];
  const callAll = async () => {
    const { Convex } = globalThis as unknown as { Convex: ConvexGlobal };
    for (const [name, [way]] of Object.entries(SYSCALLS)) {
      try {
        if (way === "sync") Convex.syscall(name, "{}");
        else if (way === "async") await Convex.asyncSyscall(name, "{}");
        else await Convex.jsSyscall(name, {});
      } catch (error) {
        // Without arguments most are refused, in words of their own.
        if (/^Unknown (async )?operation /.test((error as Error).message)) unknown.push(name);
      }
    }
    return null;
  };
  if (where === "query") await t.query(callAll);
  else if (where === "mutation") await t.mutation(callAll);
  else await t.action(callAll);
  const expected = Object.entries(SYSCALLS).flatMap(([name, [, places]]) =>
    places.includes(where) ? [] : [name],
  );
  expect(unknown.sort()).toEqual(expected.sort());
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { type RunningEngine, startEngine, withFolder } from "./rig.ts";

const NODE_DIR = fileURLToPath(new URL("./fixtures/node", import.meta.url));
const { node, plain } = anyApi as Record<string, typeof anyApi.node & object>;

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(functionsDir = NODE_DIR): Promise<ConvexHttpClient> {
  running = await startEngine({
    functionsDir,
    revealsErrors: true,
    environmentVariables: { SOME_VARIABLE: "a value" },
  });
  return new ConvexHttpClient(running.url, { logger: false });
}

it("[RT10] 'use node' modules have Node's own modules by all names, and its process", async () => {
  const client = await start();
  expect(await client.action(node!.look!, {})).toEqual({
    hash: "ba7816bf",
    exists: true,
    read: 0,
    required: "a/b",
    version: process.version,
    pid: process.pid,
    isSame: true,
    variable: "a value",
    bigint: "bigint",
    ticked: true,
    dirname: "undefined",
  });
  expect(await client.query(plain!.look!, {})).toEqual(["env"]);
});

it.each(["exit", "imported exit", "abort", "kill", "chdir", "global"])(
  "[RT10] a function cannot end or move the process by %s",
  async (way) => {
    const client = await start();
    await expect(client.action(node!.leave!, { way })).rejects.toThrow(
      /process\.\w+\(\) is refused: this process serves others too/,
    );
  },
);

it("[RT10] other modules do not find Node's own by their old names", () =>
  withFolder(async (dir) => {
    mkdirSync(join(dir, "convex"));
    writeFileSync(join(dir, "convex/plain.ts"), 'import fs from "fs";\nexport const all = fs;\n');
    await expect(start(join(dir, "convex"))).rejects.toThrow(/Could not resolve "fs"/);
  }));

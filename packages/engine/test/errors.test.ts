import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { type RunningEngine, startEngine } from "./rig.ts";

const TROUBLE_DIR = fileURLToPath(new URL("./fixtures/trouble", import.meta.url));
const trouble = anyApi.trouble!;

let running: RunningEngine;
let logged: string[];
afterEach(() => running.stop());

async function start(revealsErrors: boolean): Promise<ConvexHttpClient> {
  logged = [];
  running = await startEngine({
    functionsDir: TROUBLE_DIR,
    revealsErrors,
    log: (_, message, facts) => logged.push(`${message} ${JSON.stringify(facts)}`),
  });
  return new ConvexHttpClient(running.url, { logger: false });
}

/** Where a text stands in the fixture, as `line:column`. */
function placeOf(text: string): string {
  const lines = readFileSync(join(TROUBLE_DIR, "trouble.ts"), "utf8").split("\n");
  const line = lines.findIndex((candidate) => candidate.includes(text));
  return `${line + 1}:${lines[line]!.indexOf(text) + 1}`;
}

it("[ER1] shows developers the error and its places in the files they wrote", async () => {
  const client = await start(true);
  const error = await client.query(trouble.located!, {}).catch((thrown: Error) => thrown);
  const frames = [
    `    at deeper (../convex/trouble.ts:${placeOf("new TypeError(text)")})`,
    `    at handler (../convex/trouble.ts:${placeOf('deeper("found")')})`,
  ];
  const [first, ...rest] = (error as Error).message.split("\n");
  expect(first).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
  expect(rest).toEqual(["Uncaught TypeError: found", ...frames]);
});

it("[ER1] shows others the request's id alone, and the log the rest", async () => {
  const client = await start(false);
  const error = await client.query(trouble.located!, {}).catch((thrown: Error) => thrown);
  const message = (error as Error).message;
  expect(message).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
  const requestId = /[0-9a-f]{16}/.exec(message)![0];
  const line = logged.find((candidate) => candidate.includes(requestId));
  expect(line).toContain("trouble:located");
  expect(line).toContain(`at deeper (../convex/trouble.ts:${placeOf("new TypeError(text)")})`);
});

it.each(["null", "undefined", "number", "string", "object", "bare", "hostile"])(
  "[ER2] survives %s being thrown",
  async (what) => {
    const client = await start(true);
    await expect(client.mutation(trouble.throwing!, { what })).rejects.toThrow(
      /^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: /,
    );
    expect(logged.join()).toContain("trouble:throwing");
    await client.mutation(trouble.mark!, { name: "after" });
    expect(await client.query(trouble.marks!, {})).toEqual(["after"]);
  },
);

it("[ER2] refuses a result of 100 MB", async () => {
  const client = await start(true);
  await expect(client.query(trouble.huge!, {})).rejects.toThrow(/return value is too large/);
  expect(await client.query(trouble.marks!, {})).toEqual([]);
});

it("[LL2] keeps 256 lines of a call and says that there were more", async () => {
  const client = await start(true);
  const answer = async (lines: number) => {
    const body = JSON.stringify({ path: "trouble:chatty", args: { lines } });
    const response = await fetch(`${running.url}/api/query`, { method: "POST", body });
    return ((await response.json()) as { logLines: string[] }).logLines;
  };
  expect(await answer(255)).toHaveLength(255);
  const many = await answer(1_000);
  expect(many).toHaveLength(256);
  expect(many.at(-2)).toBe("[LOG] 'line' 254");
  expect(many.at(-1)).toMatch(/^\[ERROR\] Log overflow \(maximum 256\)/);
  expect(await client.query(trouble.marks!, {})).toEqual([]);
});

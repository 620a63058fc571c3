import { statSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CommandLine, openCommandLine } from "../../test/cli-rig.ts";
import { FUNCTION_LOG } from "../persistence/function-log.ts";
import { formatRun } from "./format-run.ts";

const talk = anyApi.talk!;
let cli: CommandLine;
beforeEach(() => {
  cli = openCommandLine();
  cli.write(
    "convex/talk.ts",
    `import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
     import { ConvexError } from "convex/values";
     export const say = queryGeneric((ctx, { text }) => { console.log(text); console.warn({ a: 1 }); return null; });
     export const quiet = queryGeneric(() => "a secret answer");
     export const refuse = mutationGeneric((ctx, { whom }) => { console.info("deciding"); throw new ConvexError(whom); });
     export const fall = actionGeneric(() => { throw new Error("over a stone"); });`,
  );
});
afterEach(() => cli.end());

it("[CL13] logs tells what functions wrote and how they failed, of an engine that runs and of one that does not", {
  timeout: 60_000,
}, async () => {
  const { child, url } = await cli.start();
  const http = new ConvexHttpClient(url, { logger: false });
  await http.query(talk.say!, { text: "hello there" });
  await http.query(talk.quiet!, {});
  await expect(http.mutation(talk.refuse!, { whom: "Ada Lovelace" })).rejects.toThrow();
  const told = await http.action(talk.fall!, {}).catch((error: Error) => error.message);
  const requestId = /Request ID: (\w+)/.exec(told)![1]!;

  let running = await cli.run("logs");
  while (!running.stdout.includes("talk:fall")) running = await cli.run("logs");
  await cli.stop(child);
  const { code, stdout } = await cli.run("logs");
  expect(running.stdout).toBe(stdout);
  expect(code).toBe(0);
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  expect(stdout).toMatch(
    new RegExp(
      String.raw`^${time} query talk:say \([\d.]+ ms, request \w{16}\)
  \[LOG\] 'hello there'
  \[WARN\] \{ a: 1 \}
${time} mutation talk:refuse \([\d.]+ ms, request \w{16}\) failed: a refusal of the function's own
  \[INFO\] 'deciding'
${time} action talk:fall \([\d.]+ ms, request ${requestId}\) failed: Error: over a stone
`,
    ),
  );
  expect(stdout).not.toMatch(/Ada|secret|quiet/);
  expect(statSync(join(cli.root, "data", FUNCTION_LOG)).mode & 0o777).toBe(0o600);
  expect((await cli.run("logs", "--limit", "1")).stdout).toMatch(/^\S+ action talk:fall/);
});

it("[CL13] start prints the same as it happens", async () => {
  const { child, url } = await cli.start();
  let output = "";
  child.stdout!.on("data", (part) => {
    output += String(part);
  });
  await new ConvexHttpClient(url, { logger: false }).query(talk.say!, { text: "hello" });
  await cli.stop(child);
  expect(output).toContain("query talk:say");
  expect(output).toContain("  [LOG] 'hello'");
});

it("[CL13] what would do something to a terminal is shown", () => {
  const run = {
    wallMs: 0,
    kind: "query" as const,
    path: "a:b",
    requestId: "1",
    durationMs: 12.6,
    error: null,
    logLines: ["[LOG] '\u001b[31mred\nnext\u0007'"],
  };
  expect(formatRun(run)).toBe(
    "1970-01-01T00:00:00.000Z query a:b (13 ms, request 1)\n  [LOG] '\\u001b[31mred\n    next\\u0007'",
  );
});

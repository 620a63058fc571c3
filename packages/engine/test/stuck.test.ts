import { type ChildProcess, execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type CommandLine, openCommandLine } from "./cli-rig.ts";
import { until } from "./rig.ts";

const TROUBLE_DIR = fileURLToPath(new URL("./fixtures/trouble", import.meta.url));
const trouble = anyApi.trouble!;
/** Far more than a lifetime of tries. */
const LETTERS = "a".repeat(50);
const ENDED = /The function (\S+) never returns/g;

let commandLine: CommandLine;
let child: ChildProcess;
let url: string;
let output = "";
const clients: ConvexClient[] = [];

beforeEach(async () => {
  const { PARLEY_SUPERVISOR: _, ...environment } = process.env;
  commandLine = openCommandLine(environment);
  cpSync(TROUBLE_DIR, join(commandLine.root, "convex"), { recursive: true });
  output = "";
  ({ child, url } = await commandLine.start());
  child.stderr!.on("data", (part) => {
    output += part;
  });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await commandLine.stop(child);
  await commandLine.end();
});

function connect(): ConvexClient {
  const client = new ConvexClient(url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  clients.push(client);
  return client;
}

const ended = () => [...output.matchAll(ENDED)].map(([, path]) => path);
const notBegun = expect.objectContaining({ message: expect.stringMatching(/is not begun again/) });

it("[WD3] ends the process that a function holds, once, and everybody goes on", {
  timeout: 120_000,
}, async () => {
  const canary = connect();
  const marks = (name: string) =>
    until(
      (onValue: (names: string[]) => void) => canary.onUpdate(trouble.marks!, {}, onValue),
      (names) => names.includes(name),
    );
  await canary.mutation(trouble.mark!, { name: "before" });

  // Its client sends it again, and hears that it is not begun.
  await expect(
    connect().mutation(trouble.explodingMutation!, { letters: LETTERS }),
  ).rejects.toEqual(notBegun);
  expect(ended()).toEqual(["trouble:explodingMutation"]);
  expect(output).toMatch(/has ended the process before.*trouble:explodingMutation/);
  await canary.mutation(trouble.mark!, { name: "mutation" });
  await marks("mutation");

  const failed = new Promise((resolve) =>
    connect().onUpdate(trouble.explodingQuery!, { letters: LETTERS }, () => {}, resolve),
  );
  expect(await failed).toEqual(notBegun);
  await canary.mutation(trouble.mark!, { name: "query" });
  await marks("query");

  await expect(connect().action(trouble.bigPower!, { exponent: 600_000_000 })).rejects.toThrow(
    /Connection lost while action was in flight/,
  );
  await canary.mutation(trouble.mark!, { name: "action" });
  await marks("action");

  // A job is begun again by the engine itself.
  await canary.mutation(trouble.scheduleExplosion!, { letters: `${LETTERS}b` });
  await until(
    (onValue: (kinds: string[]) => void) => canary.onUpdate(trouble.jobs!, {}, onValue),
    (kinds) => kinds.includes("failed"),
  );
  expect(ended()).toEqual([
    "trouble:explodingMutation",
    "trouble:explodingQuery",
    "trouble:bigPower",
    "trouble:explodingMutation",
  ]);
  // The same function with what does not hold it is a function like any other.
  expect(await canary.mutation(trouble.explodingMutation!, { letters: "b" })).toBe(false);
  expect(await canary.query(trouble.marks!, {})).toEqual(
    expect.arrayContaining(["before", "mutation", "query", "action"]),
  );
});

it("[WD4] the supervisor and its program end together, in whatever way", async () => {
  const servers = () =>
    execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map(Number);
  const [server] = servers();
  expect(server).toBeGreaterThan(0);
  const gone = async (pid: number) => {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  child.kill("SIGKILL");
  await gone(server!);
  ({ child } = await commandLine.start());
  const [second] = servers();
  const exited = new Promise((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  process.kill(second!, "SIGKILL");
  expect(await exited).toBe("SIGKILL");
});

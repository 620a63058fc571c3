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

/** The process that serves. */
function serverPid(): number {
  const [pid] = execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(Number);
  expect(pid).toBeGreaterThan(0);
  return pid!;
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it("[WD4] the program ends with its supervisor, in whatever way", async () => {
  const server = serverPid();
  child.kill("SIGKILL");
  await gone(server);
});

it("[WD4] a crash that nobody asked for is followed by a new start, and repeated ones are the end", {
  timeout: 120_000,
}, async () => {
  const canary = connect();
  const exited = new Promise((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  for (let crash = 1; crash <= 6; crash++) {
    await canary.mutation(trouble.mark!, { name: `mark ${crash}` });
    process.kill(serverPid(), "SIGKILL");
  }
  expect(await exited).toBe("SIGKILL");
  expect(output.match(/is started again/g)).toHaveLength(5);
  expect(output).toContain("ended by SIGKILL, 6 times in a row, and is not started again");
  ({ child, url } = await commandLine.start());
  expect(await connect().query(trouble.marks!, {})).toHaveLength(6);
});

it("[WD4] a signal between two starts ends both", async () => {
  const exited = new Promise((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  const told = new Promise<void>((resolve) =>
    child.stderr!.on("data", () => output.includes("is started again") && resolve()),
  );
  process.kill(serverPid(), "SIGKILL");
  await told;
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
});

import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { until } from "./rig.ts";
import { superviseEach } from "./supervised.ts";

const TROUBLE_DIR = fileURLToPath(new URL("./fixtures/trouble", import.meta.url));
const trouble = anyApi.trouble!;
/** Far more than a lifetime of tries. */
const LETTERS = "a".repeat(50);
const ENDED = /The function (\S+) never returns/g;

const supervised = superviseEach(({ root }) =>
  cpSync(TROUBLE_DIR, join(root, "convex"), { recursive: true }),
);

const ended = () => [...supervised.output.matchAll(ENDED)].map(([, path]) => path);
const notBegun = expect.objectContaining({ message: expect.stringMatching(/is not begun again/) });

it("[WD3] ends the process that a function holds, once, and everybody goes on", {
  timeout: 120_000,
}, async () => {
  const canary = supervised.connect();
  const marks = (name: string) =>
    until(
      (onValue: (names: string[]) => void) => canary.onUpdate(trouble.marks!, {}, onValue),
      (names) => names.includes(name),
    );
  await canary.mutation(trouble.mark!, { name: "before" });

  // Its client sends it again, and hears that it is not begun.
  await expect(
    supervised.connect().mutation(trouble.explodingMutation!, { letters: LETTERS }),
  ).rejects.toEqual(notBegun);
  expect(ended()).toEqual(["trouble:explodingMutation"]);
  expect(supervised.output).toMatch(/has ended the process before.*trouble:explodingMutation/);
  await canary.mutation(trouble.mark!, { name: "mutation" });
  await marks("mutation");

  const failed = new Promise((resolve) =>
    supervised.connect().onUpdate(trouble.explodingQuery!, { letters: LETTERS }, () => {}, resolve),
  );
  expect(await failed).toEqual(notBegun);
  await canary.mutation(trouble.mark!, { name: "query" });
  await marks("query");

  await expect(
    supervised.connect().action(trouble.bigPower!, { exponent: 600_000_000 }),
  ).rejects.toThrow(/Connection lost while action was in flight/);
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
  const [pid] = execFileSync("ps", ["-o", "pid=", "--ppid", String(supervised.child.pid)], {
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
  supervised.child.kill("SIGKILL");
  await gone(server);
});

it("[WD4] a crash that nobody asked for is followed by a new start, and repeated ones are the end", {
  timeout: 120_000,
}, async () => {
  const canary = supervised.connect();
  const exited = new Promise((resolve) =>
    supervised.child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  for (let crash = 1; crash <= 6; crash++) {
    await canary.mutation(trouble.mark!, { name: `mark ${crash}` });
    process.kill(serverPid(), "SIGKILL");
  }
  expect(await exited).toBe("SIGKILL");
  expect(supervised.output.match(/is started again/g)).toHaveLength(5);
  expect(supervised.output).toContain(
    "ended by SIGKILL, 6 times in a row, and is not started again",
  );
  await supervised.start();
  expect(await supervised.connect().query(trouble.marks!, {})).toHaveLength(6);
});

it("[WD4] a signal between two starts ends both", async () => {
  const exited = new Promise((resolve) =>
    supervised.child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  const told = new Promise<void>((resolve) =>
    supervised.child.stderr!.on(
      "data",
      () => supervised.output.includes("is started again") && resolve(),
    ),
  );
  process.kill(serverPid(), "SIGKILL");
  await told;
  supervised.child.kill("SIGTERM");
  expect(await exited).toBe(0);
});

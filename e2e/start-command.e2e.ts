import { readdirSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cleanUp, type Ended, freePort, launch, startParley, temporaryFolder } from "./rig/server";

afterAll(cleanUp);

/** What a person should see when start cannot go on: one sentence, no stack trace, a non-zero exit. */
function expectOneSentence(output: string, ended: Ended, about: RegExp): void {
  expect(ended.exitCode).not.toBe(0);
  expect(ended.exitCode).not.toBeNull();
  // npm announces the script it runs; what counts is what comes after it.
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.startsWith(">"));
  const complaint = lines.filter((line) => about.test(line));
  expect(complaint, output).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
}

async function startRefused(environment: Record<string, string>): Promise<[string, Ended]> {
  const child = launch("npm", ["start"], environment);
  const ended = await child.ended;
  return [child.output(), ended];
}

describe("npm start says in one sentence why it cannot", () => {
  test("the data folder is in use", async () => {
    const server = await startParley();
    const port = await freePort();
    const [output, ended] = await startRefused({ PORT: String(port), PARLEY_DATA: server.dataDir });
    expectOneSentence(output, ended, /in use|another (process|Parley)|already/i);
    const health = await fetch(`${server.url}/api/health`);
    expect(health.status).toBe(200);
    await server.stop();
  });

  test("the port is taken", async () => {
    const port = await freePort();
    const holder = await new Promise<Server>((resolve) => {
      const server = createServer().listen(port, "127.0.0.1", () => resolve(server));
    });
    const [output, ended] = await startRefused({
      PORT: String(port),
      PARLEY_DATA: temporaryFolder(),
    });
    holder.close();
    expectOneSentence(output, ended, new RegExp(`\\b${port}\\b`));
  });

  test("the data folder cannot be one", async () => {
    const [output, ended] = await startRefused({
      PORT: String(await freePort()),
      PARLEY_DATA: "/dev/null/parley",
    });
    expectOneSentence(output, ended, /\/dev\/null\/parley/);
  });

  test.each([
    [{ PORT: "seventy" }, /PORT/],
    [{ PARLEY_SIGNUP: "perhaps" }, /PARLEY_SIGNUP/],
    [{ CONVEX_URL: "https://example.convex.cloud" }, /Clerk|CLERK/],
  ])("a setting makes no sense: %j", async (environment, about) => {
    const [output, ended] = await startRefused({
      PORT: String(await freePort()),
      PARLEY_DATA: temporaryFolder(),
      ...(environment as Record<string, string>),
    });
    expectOneSentence(output, ended, about);
  });
});

describe("npm start", () => {
  test("a second start is quick, signals to the group twice end it with 0 in 5 s, secrets are private", async () => {
    const first = await startParley();
    const secrets = join(first.dataDir, "secrets");
    const modes = readdirSync(secrets).map((name) => statSync(join(secrets, name)).mode & 0o777);
    expect(modes.length).toBeGreaterThan(0);
    expect(new Set(modes)).toEqual(new Set([0o600]));

    process.kill(-first.pid, "SIGINT");
    process.kill(-first.pid, "SIGINT");
    const ended = await first.ended;
    expect(ended.exitCode).toBe(0);

    const startMs = performance.now();
    const second = await startParley({ dataDir: first.dataDir });
    expect(performance.now() - startMs).toBeLessThan(20_000);
    const stopped = await second.stop();
    expect(stopped.exitCode).toBe(0);
    expect(stopped.elapsedMs).toBeLessThan(5_000);
  });
});

import { execFileSync } from "node:child_process";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cleanUp, type RunningServer, startParley, waitForOutput } from "./rig/server";

// A client waits for a second, and more by chance, before it comes back; a start takes its time too.
vi.setConfig({ testTimeout: 120_000 });
let server: RunningServer;
// The first start builds.
beforeAll(async () => {
  server = await startParley();
});
afterAll(cleanUp);

/** By this the engine's watch ends a server whose thread a function holds in native code. */
const STUCK_SIGNAL = "SIGALRM";
const RESTART_MAX_MS = 60_000;

const setStatus = makeFunctionReference<"mutation">("users:setStatus");
const getCurrentUser = makeFunctionReference<"query">("users:getCurrentUser");

/** The process that serves, which is a descendant of the one that was started. */
function servingPid(startedPid: number): number {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const all = listed.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  const family = new Set([startedPid]);
  // Children may be listed before their parents.
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const [, pid, parent] of all) if (family.has(Number(parent))) family.add(Number(pid));
  }
  const serving = all.filter(
    ([, pid, , args]) => family.has(Number(pid)) && args?.includes("scripts/serve.mjs"),
  );
  expect(serving).toHaveLength(1);
  return Number(serving[0]![1]);
}

async function signUp(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/json" },
    body: JSON.stringify({
      name: "Ada Lovelace",
      email: "ada@example.org",
      password: "correct horse battery staple",
    }),
  });
  expect(response.status).toBe(200);
  const cookie = response.headers.getSetCookie().map((one) => one.split(";")[0]);
  const answer = await fetch(`${url}/api/auth/token`, { headers: { cookie: cookie.join("; ") } });
  return ((await answer.json()) as { token: string }).token;
}

test("a server that had to be ended because a function held it is started again, and clients go on", async () => {
  const token = await signUp(server.url);
  const client = new ConvexClient(`${server.url}/convex`, { unsavedChangesWarning: false });
  const shown: unknown[] = [];
  let disconnects = 0;
  let wasConnected = false;
  client.subscribeToConnectionState(({ isWebSocketConnected }) => {
    if (wasConnected && !isWebSocketConnected) disconnects++;
    wasConnected = isWebSocketConnected;
  });
  try {
    client.setAuth(async () => token);
    await client.mutation(setStatus, { statusText: "before" });
    client.onUpdate(getCurrentUser, {}, (user) => shown.push(user?.statusText));
    await expect.poll(() => shown.at(-1)).toBe("before");

    const first = servingPid(server.pid);
    process.kill(first, STUCK_SIGNAL);
    await expect.poll(() => disconnects, { timeout: RESTART_MAX_MS }).toBeGreaterThan(0);
    // Said while nobody is there, it is done once by who comes next.
    await client.mutation(setStatus, { statusText: "after" });
    await expect.poll(() => shown.at(-1)).toBe("after");
    await waitForOutput(server, /Parley is ready[\s\S]*Parley is ready/, RESTART_MAX_MS);
    expect(servingPid(server.pid)).not.toBe(first);
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  } finally {
    await client.close();
  }

  // It is one command all the time, which ends as it always does.
  const ended = await server.stop();
  expect(ended.exitCode).toBe(0);
});

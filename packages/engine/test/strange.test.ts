import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { things } from "./fixtures/strange/things.ts";
import { type RunningEngine, startEngine, until } from "./rig.ts";

const STRANGE_DIR = fileURLToPath(new URL("./fixtures/strange", import.meta.url));
const strange = anyApi.strange!;
const WAYS = ["thrown", "rejected", "returned", "returned inside", "printed"];
const REFUSED = /^\[Request ID: [0-9a-f]{16}\] Server Error/;

let running: RunningEngine;
afterEach(() => running.stop());

/** "refused", or that it was answered. Whatever else happens fails the test. */
async function outcome(calling: Promise<unknown>): Promise<string> {
  try {
    await calling;
    return "answered";
  } catch (error) {
    expect((error as Error).message).toMatch(REFUSED);
    return "refused";
  }
}

it.each(Object.keys(things))(
  "[ER2] [ER3] lives on after a %s, wherever it comes from",
  async (what) => {
    for (const revealsErrors of [true, false]) {
      running = await startEngine({ functionsDir: STRANGE_DIR, revealsErrors });
      const client = new ConvexHttpClient(running.url, { logger: false });
      for (const way of WAYS) {
        const given = { what, way };
        for (const name of ["query", "mutation", "action", "nested"] as const) {
          const calling =
            name === "query"
              ? client.query(strange.query!, given)
              : name === "action"
                ? client.action(strange.action!, given)
                : client.mutation(strange[name]!, given);
          const ended = await outcome(calling);
          if (way === "thrown" || way === "rejected")
            expect([name, way, ended]).toContain("refused");
          if (way === "printed") expect([name, way, ended]).toContain("answered");
        }
      }
      for (const path of ["thrown", "returned"]) {
        const response = await fetch(`${running.url}/http/${path}`, { method: "POST", body: what });
        expect(response.status).toBe(500);
        await response.text();
      }
      const streamed = fetch(`${running.url}/http/streamed`, { method: "POST", body: what });
      await expect(streamed.then((response) => response.text())).rejects.toThrow();
      // The queue goes on, and with it the jobs.
      await client.mutation(strange.schedule!, { what, way: "thrown" });
      const kinds = await until(
        (onValue: (kinds: string[]) => void) =>
          running.connect().onUpdate(strange.jobs!, {}, onValue),
        (kinds) => kinds.every((kind) => kind === "failed"),
      );
      expect(kinds).toEqual(["failed", "failed"]);
      await running.stop();
    }
  },
);

it("[ER3] a turn that breaks fails alone, is named in the log, and the next one runs", async () => {
  const logged: string[] = [];
  running = await startEngine({
    functionsDir: STRANGE_DIR,
    revealsErrors: true,
    log: (_, message, facts) => logged.push(`${message} ${JSON.stringify(facts)}`),
    onFunctionRun: ({ path }) => {
      if (path === "strange:mutation") throw new Error("the host's own fault");
    },
  });
  const client = running.connect();
  const broken = client.mutation(strange.mutation!, { what: "proxy", way: "thrown" });
  const behind = client.mutation(strange.nested!, { what: "proxy", way: "printed" });
  await expect(broken).rejects.toThrow(/the host's own fault/);
  expect(await behind).toBeNull();
  expect(logged.join("\n")).toMatch(/A turn .* broke.*strange:mutation.*the host's own fault/);
});

const answerOf = async (path: string, body = "") => {
  const response = await fetch(`${running.url}/http/${path}`, { method: "POST", body });
  expect(response.status).toBe(500);
  return response.json();
};

it("[HT12] an HTTP action that fails tells text and places where they are revealed, and data anywhere", async () => {
  running = await startEngine({ functionsDir: STRANGE_DIR, revealsErrors: true });
  const title = "\\[Request ID: [0-9a-f]{16}\\] Server Error";
  expect(await answerOf("failing")).toEqual({
    code: expect.stringMatching(new RegExp(`^${title}: Uncaught RangeError: two\nlines$`)),
    trace: expect.stringMatching(
      /^Uncaught RangeError: two\nlines\n {4}at \.\.\/convex\/http\.ts:\d+:\d+$/,
    ),
  });
  const data = { code: "no", count: { $integer: "BwAAAAAAAAA=" } };
  expect(await answerOf("failing", "refuse")).toEqual({
    code: expect.stringMatching(new RegExp(`^${title}: Uncaught ConvexError: \\{`)),
    trace: expect.stringMatching(/^Uncaught ConvexError: \{/),
    data,
  });
  await running.stop();
  running = await startEngine({ functionsDir: STRANGE_DIR, revealsErrors: false });
  expect(await answerOf("failing")).toEqual({
    code: expect.stringMatching(new RegExp(`^${title}$`)),
    trace: "",
  });
  expect(await answerOf("failing", "refuse")).toMatchObject({ data });
});

it("[HT12] an HTTP action without a Response has failed, for the log too", async () => {
  const logged: string[] = [];
  const runs: unknown[] = [];
  running = await startEngine({
    functionsDir: STRANGE_DIR,
    revealsErrors: true,
    log: (_, message, facts) => logged.push(`${message} ${JSON.stringify(facts)}`),
    onFunctionRun: ({ path, error }) => runs.push([path, error]),
  });
  expect(await answerOf("silent")).toMatchObject({ code: expect.stringContaining("a Response") });
  expect(logged.join("\n")).toMatch(/A function failed.*"http \/silent".*must return a Response/);
  expect(runs).toEqual([["POST /silent", expect.stringContaining("must return a Response")]]);
});

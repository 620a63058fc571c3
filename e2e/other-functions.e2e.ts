import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { type FunctionReference, makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { api, internal } from "./fixtures/todo/_generated/api";
import {
  cleanUp,
  freePort,
  launch,
  type RunningProcess,
  temporaryFolder,
  waitForAnswer,
} from "./rig/server";

const ADMIN_KEY = "todo|0123456789abcdef";

let engine: RunningProcess;
let url: string;
let siteUrl: string;
let dataDir: string;

/** By npx, as the documents say, or without npm in between, so that its exit code is to be seen. */
async function startEngine(how: "npx" | "direct"): Promise<RunningProcess> {
  const [port, sitePort] = [new URL(url).port, new URL(siteUrl).port];
  const args = [
    ...["start", "--functions", "e2e/fixtures/todo", "--data", dataDir],
    ...["--port", port, "--site-port", sitePort, "--admin-key", ADMIN_KEY],
  ];
  const started =
    how === "npx"
      ? launch("npx", ["parley-engine", ...args])
      : launch("node_modules/.bin/parley-engine", args);
  await waitForAnswer(started, `${url}/version`, 20_000);
  return started;
}

beforeAll(async () => {
  url = `http://127.0.0.1:${await freePort()}`;
  siteUrl = `http://127.0.0.1:${await freePort()}`;
  dataDir = temporaryFolder();
  engine = await startEngine("npx");
});
afterAll(cleanUp);

/** The admin door of the stock client is there for tools and therefore not in its public types. */
interface AdminClient {
  setAdminAuth(key: string): void;
  function(
    reference: FunctionReference<"mutation", "internal">,
    component: undefined,
    args: object,
  ): Promise<unknown>;
}

function adminClient(key: string): AdminClient {
  const client = new ConvexHttpClient(url) as unknown as AdminClient;
  client.setAdminAuth(key);
  return client;
}

describe("the engine alone hosts another functions folder", () => {
  test("a stock client's subscription follows another stock client's mutations", async () => {
    const watcher = new ConvexClient(url);
    const seen: string[][] = [];
    watcher.onUpdate(api.tasks.list, { isDone: false }, (tasks) => {
      seen.push(tasks.map((task) => task.text));
    });
    const writer = new ConvexHttpClient(url);
    const bread = await writer.mutation(api.tasks.add, { text: "bread" });
    await writer.mutation(api.tasks.add, { text: "milk" });
    await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toEqual(["bread", "milk"]);
    await writer.mutation(api.tasks.finish, { id: bread });
    await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toEqual(["milk"]);
    await watcher.close();
  });

  test("a mutation over the socket resolves after its own query has it", async () => {
    const client = new ConvexClient(url);
    let texts: string[] = [];
    client.onUpdate(api.tasks.list, {}, (tasks) => {
      texts = tasks.map((task) => task.text);
    });
    await client.mutation(api.tasks.add, { text: "eggs" });
    expect(texts).toContain("eggs");
    await client.close();
  });

  test("pages follow one another without a gap", async () => {
    const client = new ConvexHttpClient(url);
    for (const text of ["a", "b", "c"]) await client.mutation(api.tasks.add, { text });
    const all = await client.query(api.tasks.list, {});
    const paged: string[] = [];
    for (let cursor: string | null = null, isDone = false; !isDone; ) {
      const answer: Awaited<ReturnType<typeof client.query<typeof api.tasks.page>>> =
        await client.query(api.tasks.page, { paginationOpts: { numItems: 2, cursor } });
      paged.push(...answer.page.map((task) => task.text));
      cursor = answer.continueCursor;
      isDone = answer.isDone;
    }
    expect(paged).toEqual(all.map((task) => task.text).reverse());
  });

  test("refusals are typed, and a failed mutation leaves nothing", async () => {
    const client = new ConvexHttpClient(url);
    const before = await client.query(api.tasks.list, {});
    const refusal = await client.mutation(api.tasks.add, { text: " " }).catch((error) => error);
    expect(refusal).toBeInstanceOf(ConvexError);
    expect(refusal.data).toEqual({ code: "invalid", field: "text" });
    await expect(client.mutation(api.tasks.addTwoAndFail, {})).rejects.toThrow(
      /Server Error|half way/,
    );
    const wrongType = { text: 5 } as unknown as { text: string };
    await expect(client.mutation(api.tasks.add, wrongType)).rejects.toThrow(
      /ArgumentValidationError/,
    );
    expect(await client.query(api.tasks.list, {})).toEqual(before);
  });

  test("an HTTP action answers on the site port", async () => {
    const response = await fetch(`${siteUrl}/tasks`, { method: "POST", body: "by post" });
    expect(response.status).toBe(201);
    const texts = (await new ConvexHttpClient(url).query(api.tasks.list, {})).map(
      (task) => task.text,
    );
    expect(texts).toContain("by post");
    expect((await fetch(`${siteUrl}/nothing`)).status).toBe(404);
  });

  test("internal functions are for the admin key only", async () => {
    const clear = internal.tasks.clear;
    const asPublic = makeFunctionReference<"mutation">("tasks:clear");
    await expect(new ConvexHttpClient(url).mutation(asPublic, {})).rejects.toThrow(
      /Could not find public function/,
    );
    await expect(adminClient("todo|wrong").function(clear, undefined, {})).rejects.toThrow();
    expect(await new ConvexHttpClient(url).query(api.tasks.list, {})).not.toEqual([]);
    expect(await adminClient(ADMIN_KEY).function(clear, undefined, {})).toBeGreaterThan(0);
    expect(await new ConvexHttpClient(url).query(api.tasks.list, {})).toEqual([]);
  });

  test("a client that stays open lives through a restart, and what was committed is there", async () => {
    const client = new ConvexClient(url);
    let texts: string[] = [];
    client.onUpdate(api.tasks.list, {}, (tasks) => {
      texts = tasks.map((task) => task.text);
    });
    await client.mutation(api.tasks.add, { text: "before" });
    // npx puts a shell in between, which would keep a signal to itself.
    const ended = await engine.stopGroup();
    expect(ended.elapsedMs).toBeLessThan(5_000);
    const pending = client.mutation(api.tasks.add, { text: "meanwhile" });
    engine = await startEngine("direct");
    await pending;
    expect(texts).toEqual(["before", "meanwhile"]);
    await client.close();
    expect(await engine.stop()).toMatchObject({ exitCode: 0 });
  });
});

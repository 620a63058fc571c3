// What a browser test cannot bring about at will: slow servers, builds that change halfway, many releases.
import { expect, test } from "vitest";
import { PageKeeper } from "./page-keeper";

/** As much of the browser's storage as the keeper touches; names come in the order of their making. */
class Storage {
  readonly builds = new Map<string, Map<string, Response>>();
  keys = async () => [...this.builds.keys()];
  delete = async (name: string) => this.builds.delete(name);
  open = async (name: string) => {
    const kept = this.builds.get(name) ?? new Map<string, Response>();
    this.builds.set(name, kept);
    return {
      match: async (path: string | Request) => kept.get(pathOf(path))?.clone(),
      put: async (path: string | Request, answer: Response) =>
        void kept.set(pathOf(path), answer.clone()),
    };
  };
  has = async (name: string) => this.builds.has(name);
  match = async (path: string | Request, options?: { cacheName?: string }) => {
    for (const [name, kept] of this.builds) {
      if (options?.cacheName !== undefined && options.cacheName !== name) continue;
      const found = kept.get(pathOf(path));
      if (found) return found.clone();
    }
  };
}

const pathOf = (path: string | Request) =>
  typeof path === "string" ? path : new URL(path.url).pathname;

const CODE = "/_next/static/chunks/a.js";
const FILES = [CODE, "/icon.svg", "/emoji/en/data.json"];

function openKeeper(buildId: string, storage = new Storage()) {
  const server = { buildId, language: "en", status: 200, asked: [] as string[] };
  const waits: (() => void)[] = [];
  const answer = (path: string) => {
    server.asked.push(path);
    const headers = { "x-parley-build": server.buildId, "content-language": server.language };
    return new Response(`${path} of ${server.buildId}`, { status: server.status, headers });
  };
  const keeper = new PageKeeper({
    buildId,
    files: FILES,
    neededFiles: FILES.slice(0, 2),
    caches: storage as unknown as CacheStorage,
    fetch: async (path) => answer(pathOf(path)),
    wait: () => new Promise((resolve) => waits.push(resolve)),
  });
  const lookUp = async (path: string) => (await storage.match(path))?.text();
  return { keeper, server, storage, waits, answer, lookUp };
}

const away = () => Promise.reject(new TypeError("Failed to fetch"));

test("without a server every page has its frame, and the front door leads to the chats", async () => {
  const { keeper } = openKeeper("one");
  await keeper.fill(null);
  for (const [path, shell] of [
    ["/messages", "/messages"],
    ["/users", "/users"],
    ["/settings/look", "/settings"],
  ] as const) {
    expect(await (await keeper.openPage(path, away)).text()).toBe(`${shell} of one`);
  }
});

test.each([
  "/api/auth/token",
  "/convex/api/sync",
  "/sign-in",
  "/admin",
  "/settingsx",
  "/messages/x",
])("%s is nobody's to keep", (path) => {
  const { keeper } = openKeeper("one");
  expect([keeper.canOpen(path), keeper.isFile(path)]).toEqual([false, false]);
});

test("a server that answers is preferred, and one behind a proxy may be out of reach", async () => {
  const { keeper, server, answer } = openKeeper("one");
  await keeper.fill(null);
  server.buildId = "two";
  const open = async () => (await keeper.openPage("/users", async () => answer("/users"))).text();
  expect(await open()).toBe("/users of two");
  server.status = 500;
  expect(await open()).toBe("/users of two");
  server.status = 502;
  expect(await open()).toBe("/users of one");
});

test("a server that says nothing for long counts as out of reach", async () => {
  const { keeper, waits } = openKeeper("one");
  await keeper.fill(null);
  const opening = keeper.openPage("/users", () => new Promise<Response>(() => undefined));
  await expect.poll(() => waits.length).toBe(1);
  waits[0]!();
  expect(await (await opening).text()).toBe("/users of one");
});

test("while nothing is kept, the server's silence is the browser's to tell", async () => {
  const { keeper } = openKeeper("one");
  await expect(keeper.openPage("/users", away)).rejects.toThrow("Failed to fetch");
});

test("a page of another build is never kept, and filling again goes on where it stopped", async () => {
  const { keeper, server, lookUp } = openKeeper("one");
  server.buildId = "two";
  await expect(keeper.fill(null)).rejects.toThrow("another build");
  expect(await lookUp("/messages")).toBeUndefined();
  server.buildId = "one";
  server.asked.length = 0;
  await keeper.fill(null);
  expect(server.asked).toEqual(["/messages", "/users", "/settings"]);
});

test("what a person opens is not kept: its address is in the page", async () => {
  const { keeper, answer, lookUp } = openKeeper("one");
  await keeper.fill(null);
  const page = await keeper.openPage("/messages", async () => answer("/messages?conversationId=a"));
  expect(await page.text()).toContain("conversationId");
  expect(await lookUp("/messages")).toBe("/messages of one");
});

test("two builds stay, of however many releases", async () => {
  const storage = new Storage();
  for (const build of ["one", "two", "three", "four"]) {
    const { keeper } = openKeeper(build, storage);
    await keeper.fill(null);
    await keeper.trim();
  }
  expect(await storage.keys()).toEqual(["parley-pages:three", "parley-pages:four"]);
});

test("a tab of the build before gets its code; a file under the same name comes from its own build", async () => {
  const storage = new Storage();
  await openKeeper("one", storage).keeper.fill(null);
  const { keeper } = openKeeper("two", storage);
  const get = async (path: string) =>
    (await keeper.openFile(new Request(`http://parley${path}`), path)).text();
  expect(await get(CODE)).toBe(`${CODE} of one`);
  expect(await get("/icon.svg")).toBe("/icon.svg of two");
});

test("only files of the build are kept, and what is not needed at once when it is used", async () => {
  const { keeper, lookUp } = openKeeper("one");
  await keeper.fill(null);
  for (const path of ["/emoji/en/data.json", "/_next/static/chunks/unknown.js"]) {
    expect(await lookUp(path)).toBeUndefined();
    await keeper.openFile(new Request(`http://parley${path}`), path);
  }
  expect(await lookUp("/emoji/en/data.json")).toBeDefined();
  expect(await lookUp("/_next/static/chunks/unknown.js")).toBeUndefined();
});

test("what was taken away does not come back by opening pages and files", async () => {
  const { keeper, storage, answer } = openKeeper("one");
  await keeper.fill(null);
  await storage.delete("parley-pages:one");
  await keeper.openFile(new Request(`http://parley${CODE}`), CODE);
  await keeper.openPage("/users", async () => answer("/users"));
  expect(await storage.keys()).toEqual([]);
});

test("pages follow the language, and who has left keeps nothing any more", async () => {
  const { keeper, server, storage } = openKeeper("one");
  await keeper.fill("en");
  server.asked.length = 0;
  await keeper.fill("en");
  expect(server.asked).toEqual([]);
  server.language = "de";
  await keeper.fill("de");
  expect(server.asked).toEqual(["/messages", "/users", "/settings"]);
  await keeper.leave();
  await keeper.fill("de");
  expect(await storage.keys()).toEqual([]);
  expect(keeper.canOpen("/messages")).toBe(false);
});

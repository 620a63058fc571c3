// The pages themselves without a server: cold, after a new release, and gone with whoever leaves.
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import {
  composer,
  conversationLink,
  isAtSignIn,
  mainNavigation,
  message,
  personRow,
  signIn,
  signOut,
} from "./rig/screen";
import { sendAll } from "./rig/seed";
import { launch, rootDir, startParley, waitForOutput } from "./rig/server";
import { openStage, type Person, type Stage, signUpOverHttp, tokenOf } from "./rig/stage";

const BACK_MAX_MS = 40_000;
const BUILD_MAX_MS = 400_000;

let stage: Stage;
let ada: Person;
let adaClient: ParleyClient;
let withBo: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.visitor("Ada Quillfeather", { serviceWorkers: "allow" });
  await signUpOverHttp(ada, stage.server.url);
  adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await adaClient.mutate("users:syncUser", {});
  const bo = await stage.person("Bo Wetherbane");
  const boToken = await tokenOf(bo);
  const boClient = new ParleyClient(stage.server.url, boToken);
  withBo = await adaClient.conversationWith((await boClient.me()).clerkId);
  await sendAll(stage.server.url, boToken, withBo, ["one from Bo", "two from Bo"]);
  await bo.context.close();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const stop = () => stage.server.stop();

async function start(): Promise<void> {
  const { port, dataDir } = stage.server;
  stage.setServer(await startParley({ port, dataDir }));
}

/** Everything that is kept: of which build, and what. */
function keptPages(page: Page): Promise<{ build: string; paths: string[]; text: string }[]> {
  return page.evaluate(async () => {
    const builds = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      const requests = await cache.keys();
      const bodies = await Promise.all(
        requests.map(async (request) => (await cache.match(request))?.text()),
      );
      const paths = requests.map(({ url }) => new URL(url).pathname);
      builds.push({ build: name.split(":")[1] ?? "", paths, text: bodies.join("\n") });
    }
    return builds;
  });
}

async function isKept(page: Page, build?: string): Promise<boolean> {
  const kept = await keptPages(page);
  const newest = kept.at(-1);
  if (!newest?.paths.includes("/settings")) return false;
  return page.evaluate(
    (wanted) => navigator.serviceWorker.controller !== null && wanted,
    build === undefined || newest.build === build,
  );
}

/** Opens the chat and waits until both what it shows and what shows it are kept. */
async function seeChat(page: Page): Promise<void> {
  await page.goto(`/messages?conversationId=${encodeURIComponent(withBo)}`);
  await message(page, "two from Bo").waitFor();
  await expect.poll(() => isKept(page), { timeout: BACK_MAX_MS }).toBe(true);
  await expect.poll(() => hasCopy(page), { timeout: BACK_MAX_MS }).toBe(true);
}

function hasCopy(page: Page): Promise<boolean> {
  return page.evaluate(async (key) => {
    // Opening would make an empty one in the app's place.
    const all = await indexedDB.databases();
    if (!all.some(({ name }) => name === "parley-offline")) return false;
    return new Promise<boolean>((resolve, reject) => {
      const open = indexedDB.open("parley-offline");
      open.onerror = () => reject(open.error);
      open.onsuccess = () => {
        const database = open.result;
        const keys = database.transaction("heads").objectStore("heads").getAllKeys();
        keys.onsuccess = () => {
          database.close();
          const known = keys.result.map((each) => (each as string[])[1]);
          resolve(known.includes(key) && known.includes("list"));
        };
      };
    });
  }, `chat:${withBo}`);
}

test("[B45] with no server at all a reload and a cold start show the chats, and what is written waits", async () => {
  const { page, context } = ada;
  await seeChat(page);
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
  await stop();

  const reloaded = await page.reload();
  expect(reloaded?.fromServiceWorker()).toBe(true);
  await message(page, "two from Bo").waitFor();
  await composer(page).fill("written without a server");
  await composer(page).press("Enter");
  await message(page, "written without a server")
    .getByRole("img", { name: "Sending", exact: true })
    .waitFor();

  // Cold: no page is open any more, and the address is the bare one.
  await page.close();
  const cold = await context.newPage();
  ada.page = cold;
  await cold.goto("/");
  await conversationLink(cold, "Bo").click();
  await message(cold, "written without a server").waitFor();
  await composer(cold).fill("and another");
  await composer(cold).press("Enter");
  await message(cold, "and another").waitFor();
  // A page for which nothing was copied still stands in its frame, and leads back.
  await mainNavigation(cold).getByRole("link", { name: "People" }).click();
  await cold.waitForURL(/\/users/);
  await mainNavigation(cold).getByRole("link", { name: "Chats" }).click();
  await conversationLink(cold, "Bo").click();
  await message(cold, "and another").waitFor();

  await start();
  await message(cold, "and another")
    .getByRole("img", { name: "Sent", exact: true })
    .waitFor({ timeout: BACK_MAX_MS });
  expect((await adaClient.messages(withBo)).map(({ content }) => content)).toEqual([
    "and another",
    "written without a server",
    "two from Bo",
    "one from Bo",
  ]);
});

test("only pages and files are kept, the same for everybody, and the server's page is preferred", async () => {
  const { page } = ada;
  await page.goto("/users");
  await personRow(page, "Bo").waitFor();
  await seeChat(page);
  const [kept, ...others] = await keptPages(page);
  expect(others).toEqual([]);
  const strange = kept?.paths.filter(
    (path) => !/^\/(_next\/static\/|icon\.svg$|emoji\/|messages$|users$|settings$)/.test(path),
  );
  expect(strange).toEqual([]);
  const secrets = ["Quillfeather", "quillfeather", "Wetherbane", "two from Bo", withBo];
  expect(secrets.filter((secret) => kept?.text.includes(secret))).toEqual([]);
  const csp = ada.troubles.filter((trouble) => /Content Security Policy|hydrat/i.test(trouble));
  expect(csp).toEqual([]);
  // A nonce that comes again would be a page from the cache.
  const nonces = new Set<string | undefined>();
  for (let times = 0; times < 2; times++) {
    const answer = await page.reload();
    nonces.add(/nonce-([^']+)/.exec(answer?.headers()["content-security-policy"] ?? "")?.[1]);
  }
  expect(nonces.size).toBe(2);
});

test("a page in another language than the last one is kept in the language spoken now", async () => {
  const { page, context } = ada;
  await context.addCookies([{ name: "parley_language", value: "de", url: stage.server.url }]);
  await page.goto("/settings");
  const languages = () =>
    page.evaluate(async () => {
      const paths = ["/messages", "/users", "/settings"];
      const kept = await Promise.all(paths.map((path) => caches.match(path)));
      return kept.map((answer) => answer?.headers.get("content-language"));
    });
  await expect.poll(languages, { timeout: BACK_MAX_MS }).toEqual(["de", "de", "de"]);
  await context.clearCookies({ name: "parley_language" });
  await page.goto("/settings");
  await expect.poll(languages, { timeout: BACK_MAX_MS }).toEqual(["en", "en", "en"]);
});

test("[B96] a new release takes over: offered to an open page, there at the next reload, and kept", {
  timeout: BUILD_MAX_MS,
}, async () => {
  const { page } = ada;
  await seeChat(page);
  await stop();
  const buildId = `release-${Date.now()}`;
  rmSync(join(rootDir, ".next/BUILD_ID"));
  const build = launch("node", ["scripts/build-production.mjs"], { PARLEY_BUILD_ID: buildId });
  expect([(await build.ended).exitCode, build.output()]).toEqual([0, expect.any(String)]);
  // From the old build's own keeping, while nothing answers.
  expect((await page.reload())?.headers()["x-parley-build"]).not.toBe(buildId);
  await message(page, "two from Bo").waitFor();
  await start();
  await page.getByRole("button", { name: "Update", exact: true }).click({ timeout: BACK_MAX_MS });
  await message(page, "two from Bo").waitFor();
  await expect.poll(() => isKept(page, buildId), { timeout: BACK_MAX_MS }).toBe(true);
  expect((await keptPages(page)).length).toBeLessThanOrEqual(2);
  expect((await page.reload())?.headers()["x-parley-build"]).toBe(buildId);
  await expect.poll(() => hasCopy(page), { timeout: BACK_MAX_MS }).toBe(true);
  await stop();
  const reloaded = await page.reload();
  expect(reloaded?.fromServiceWorker()).toBe(true);
  expect(reloaded?.headers()["x-parley-build"]).toBe(buildId);
  await start();
});

test("signing out takes the worker and all it has kept away; who signs in again has it again", async () => {
  const { page } = ada;
  await seeChat(page);
  await signOut(ada);
  await isAtSignIn(page);
  const left = () =>
    page.evaluate(async () => {
      const workers = await navigator.serviceWorker.getRegistrations();
      return [workers.length, (await caches.keys()).length];
    });
  await expect.poll(left, { timeout: BACK_MAX_MS }).toEqual([0, 0]);
  await signIn(ada);
  await page.waitForURL(/messages/);
  await seeChat(page);
});

test("a release without a worker takes away the worker that was there", async () => {
  const { page } = ada;
  await seeChat(page);
  const { port, dataDir } = stage.server;
  await stop();
  const worker = join(rootDir, "public/sw.js");
  renameSync(worker, `${worker}.away`);
  try {
    // Not by `npm start`, which would find that the build lacks something.
    const server = launch("node", ["scripts/serve.mjs"], {
      NODE_ENV: "production",
      PORT: String(port),
      PARLEY_DATA: dataDir,
    });
    await waitForOutput(server, /Parley is ready/, BACK_MAX_MS);
    await page.goto("/users");
    await personRow(page, "Bo").waitFor();
    const left = () => page.evaluate(async () => (await caches.keys()).length);
    await expect.poll(left, { timeout: BACK_MAX_MS }).toBe(0);
  } finally {
    renameSync(`${worker}.away`, worker);
  }
});

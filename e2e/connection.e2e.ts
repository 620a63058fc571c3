// Losing the server and finding it again, with a clock that only moves when it is told to.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { type Cable, layCable } from "./rig/cable";
import { composer, message } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, signUpOverHttp, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let page: Page;
let cable: Cable;
let boToken: string;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.visitor("Ada Lovelace");
  await signUpOverHttp(ada, stage.server.url);
  cable = await layCable(ada.context);
  const bo = await stage.person("Bo Diddley");
  boToken = await tokenOf(bo);
  const boClient = new ParleyClient(stage.server.url, boToken);
  await boClient.mutate("users:syncUser", {});
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await adaClient.mutate("users:syncUser", {});
  conversationId = await boClient.conversationWith((await adaClient.me()).clerkId);
  await say(...Array.from({ length: 90 }, (_, index) => `line ${index}.`));
  const [newest] = await adaClient.messages(conversationId);
  await adaClient.mutate("messages:markMessageAsRead", { messageId: newest?._id });
});
afterAll(() => stage.close());
beforeEach(async (context) => {
  stage.watch(context);
  cable.mend();
  await ada.page.close();
  page = await ada.context.newPage();
  ada.page = page;
  // The clock is the context's: what an earlier test has stopped stands still for new pages too.
  await page.clock.install();
  await page.clock.resume();
  await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  await message(page, "line 89.").getByRole("button").first().waitFor({ state: "attached" });
});

const say = (...texts: string[]) => sendAll(stage.server.url, boToken, conversationId, texts);
const banner = () => page.getByRole("status").filter({ hasText: /^(Offline|Reconnecting)/ });

/** From now on the page's time stands still, except where a test moves it. */
async function stopTheClock(): Promise<void> {
  const now = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(now + 1_000);
}

/** Moves the page's time in small steps until something is so. @returns by how much it was moved. */
async function runUntil(isSo: () => Promise<boolean>): Promise<number> {
  let elapsedMs = 0;
  while (!(await isSo())) {
    expect(elapsedMs).toBeLessThan(60_000);
    await page.clock.runFor(50);
    elapsedMs += 50;
  }
  return elapsedMs;
}

test("[B44] a device that goes offline is told so at once", async () => {
  await stopTheClock();
  await ada.context.setOffline(true);
  await page.getByRole("status").filter({ hasText: "Offline" }).waitFor();
  await ada.context.setOffline(false);
  await page.clock.resume();
  await banner().waitFor({ state: "detached" });
});

test("[B48] a short cut is not worth a word; a long one ends the moment the tab is looked at", async () => {
  await stopTheClock();
  cable.cut();
  const elapsedMs = await runUntil(async () => (await banner().count()) > 0);
  expect(elapsedMs).toBeGreaterThanOrEqual(2_000);
  // The attempts get rare.
  await page.clock.runFor(40_000);
  await say("while away");
  cable.mend();
  expect(await message(page, "while away").count()).toBe(0);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await page.clock.runFor(1);
  await message(page, "while away").waitFor();
  await page.clock.runFor(1_000);
  await banner().waitFor({ state: "detached" });
});

test("[B96] a new release is offered and never forced", async () => {
  const offer = page.getByRole("status").filter({ hasText: "new version" });
  await composer(page).fill("half a thou");
  cable.shake();
  await say("after the shake");
  await message(page, "after the shake").waitFor();
  expect(await offer.count()).toBe(0);
  const release = /\/api\/release$/;
  await page.route(release, (route) => route.fulfill({ json: { buildId: "another one" } }));
  cable.shake();
  await offer.waitFor();
  expect(await composer(page).inputValue()).toBe("half a thou");
  await page.unroute(release);
  await offer.getByRole("button", { name: "Update" }).click();
  await offer.waitFor({ state: "detached" });
  await message(page, "after the shake").waitFor();
  expect(await composer(page).inputValue()).toBe("half a thou");
});

test("[B49] after ten minutes of sleep everything is there, and the reader where they were", async () => {
  const log = page.getByRole("log", { name: "Messages" });
  await log.hover();
  await page.mouse.wheel(0, -900);
  await page.getByRole("button", { name: /^Jump to the newest messages/ }).waitFor();
  const place = () =>
    log.evaluate((element) => {
      const top = element.getBoundingClientRect().top;
      const rows = [...element.querySelectorAll("article")];
      const first = rows.find((row) => row.getBoundingClientRect().top >= top);
      return {
        text: first?.textContent,
        top: Math.round((first?.getBoundingClientRect().top ?? 0) - top),
      };
    });
  // Scrolling has come to rest, and older messages have come in.
  await expect.poll(async () => (await place()).text).toContain("line");
  await stopTheClock();
  await page.clock.runFor(1_000);
  const before = await place();
  // The network has forgotten the connection; neither side is told.
  cable.muffle();
  await say("while asleep 1", "while asleep 2");
  await page.clock.fastForward(600_000);
  await page.clock.runFor(3_000);
  await page.getByRole("button", { name: /^Jump to the newest messages, 2/ }).waitFor();
  expect(await place()).toEqual(before);
});

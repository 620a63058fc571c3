// What one reads stays where it is, and what one has begun to write stays with its chat.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, conversationHeading, conversationLink, message, send } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const GROUP = "Long history";
const READ = 140;
const UNREAD = 37;

let stage: Stage;
let ada: Person;
let boClient: ParleyClient;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await boClient.mutate("users:syncUser", {});
  await adaClient.mutate("users:syncUser", {});
  const participantIds = [(await adaClient.me()).clerkId];
  const group = await boClient.mutate("conversations:createGroup", {
    groupName: GROUP,
    participantIds,
  });
  conversationId = group as string;
  for (let index = 0; index < READ; index++) {
    await say(`history ${index}. ${"A line that may be short or long. ".repeat(index % 7)}`);
  }
  await adaClient.mutate("messages:markConversationsAsRead", { conversationIds: [conversationId] });
  for (let index = 0; index < UNREAD; index++) await say(`unread ${index}.`);
  await adaClient.conversationWith((await boClient.me()).clerkId);
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const say = (content: string) =>
  boClient.mutate("messages:sendMessage", { conversationId, content });
const log = (page: Page): Locator => page.getByRole("log", { name: "Messages" });
const articles = (page: Page): Locator => log(page).getByRole("article");
const openGroup = (page: Page) =>
  page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);

/** How far the log is from its end. */
function fromEnd(page: Page): Promise<number> {
  return log(page).evaluate((view) => view.scrollHeight - view.clientHeight - view.scrollTop);
}

/** The first message that begins in the view, and where it begins. */
function firstInView(page: Page): Promise<{ text: string; top: number }> {
  return log(page).evaluate((view) => {
    const top = view.getBoundingClientRect().top;
    const inView = [...view.querySelectorAll("article")].find(
      (article) => article.getBoundingClientRect().top >= top,
    );
    const text = /(history|unread|burst) \d+\./.exec(inView?.textContent ?? "")?.[0] ?? "";
    return { text, top: (inView?.getBoundingClientRect().top ?? 0) - top };
  });
}

/** Where a message begins in the window. */
async function topOf(page: Page, text: string): Promise<number> {
  return (await message(page, text).boundingBox())?.y ?? Number.NaN;
}

/** Scrolls as a hand does, and waits until nothing more comes in. */
async function scrollTo(page: Page, share: number): Promise<void> {
  await log(page).evaluate((view, share) => {
    view.scrollTop = share * view.scrollHeight;
  }, share);
  let before = -1;
  await expect
    .poll(async () => {
      const now = await log(page).evaluate((view) => view.scrollHeight);
      const isStill = now === before;
      before = now;
      return isStill;
    })
    .toBe(true);
}

test("a chat opens where its unread messages begin", async () => {
  await openGroup(ada.page);
  const divider = ada.page.getByText(`${UNREAD} unread messages`);
  await divider.waitFor();
  const view = await log(ada.page).boundingBox();
  const top = ((await divider.boundingBox())?.y ?? 0) - (view?.y ?? 0);
  expect(top).toBeGreaterThan(0);
  expect(top).toBeLessThan((view?.height ?? 0) / 2);
});

test("older messages come in above without moving what one reads, from the very first time", async () => {
  const before = await articles(ada.page).count();
  const held = await log(ada.page).evaluate((view) => {
    view.scrollTop = 0;
    return /(history|unread) \d+\./.exec(
      view.querySelectorAll("article")[2]?.textContent ?? "",
    )?.[0];
  });
  const top = await topOf(ada.page, held ?? "");
  await expect.poll(() => articles(ada.page).count()).toBeGreaterThan(before);
  expect(Math.abs((await topOf(ada.page, held ?? "")) - top)).toBeLessThanOrEqual(1);
});

test("twenty messages below and a reaction above move nothing", async () => {
  await scrollTo(ada.page, 0.5);
  const held = await firstInView(ada.page);
  for (let index = 0; index < 20; index++) await say(`burst ${index}.`);
  await message(ada.page, "burst 19.").waitFor({ state: "attached" });
  const [oldest] = (await boClient.messages(conversationId)).slice(-1);
  await boClient.mutate("messages:toggleReaction", { messageId: oldest?._id, emoji: "🎉" });
  await log(ada.page).getByRole("button", { name: "🎉 1" }).waitFor({ state: "attached" });
  const now = await firstInView(ada.page);
  expect(now.text).toBe(held.text);
  expect(Math.abs(now.top - held.top)).toBeLessThanOrEqual(1);
});

test("a chat that was left in the middle opens there again", async () => {
  const left = await firstInView(ada.page);
  await conversationLink(ada.page, "Bo Diddley").click();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await conversationLink(ada.page, GROUP).click();
  await conversationHeading(ada.page, GROUP).waitFor();
  await expect.poll(async () => (await firstInView(ada.page)).text).toBe(left.text);
  expect(Math.abs((await firstInView(ada.page)).top - left.top)).toBeLessThanOrEqual(1);
});

test("one's own message leads to the end, and the end is followed from there", async () => {
  await send(ada, "my answer");
  await message(ada.page, "my answer").waitFor();
  await expect.poll(() => fromEnd(ada.page)).toBeLessThan(2);
  await say("followed by this.");
  await message(ada.page, "followed by this.").waitFor();
  await expect.poll(() => fromEnd(ada.page)).toBeLessThan(2);
});

test("a lower window keeps the lower edge", async () => {
  await scrollTo(ada.page, 0.5);
  const size = ada.page.viewportSize() ?? { width: 1280, height: 800 };
  const distance = () =>
    log(ada.page).evaluate((view) => {
      const bottom = view.getBoundingClientRect().bottom;
      const last = [...view.querySelectorAll("article")].findLast(
        (article) => article.getBoundingClientRect().bottom <= bottom,
      );
      return { text: last?.textContent, px: bottom - (last?.getBoundingClientRect().bottom ?? 0) };
    });
  const before = await distance();
  await ada.page.setViewportSize({ ...size, height: size.height - 250 });
  await expect.poll(async () => (await distance()).text).toBe(before.text);
  expect(Math.abs((await distance()).px - before.px)).toBeLessThanOrEqual(1);
  await ada.page.setViewportSize(size);
});

test("a draft stays with its chat, over a change of chats and a reload", async () => {
  await composer(ada.page).fill("half a thought");
  await conversationLink(ada.page, "Bo Diddley").click();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  expect(await composer(ada.page).inputValue()).toBe("");
  await ada.page
    .getByRole("navigation", { name: "Conversations" })
    .getByText("half a thought")
    .waitFor();
  await conversationLink(ada.page, GROUP).click();
  await conversationHeading(ada.page, GROUP).waitFor();
  expect(await composer(ada.page).inputValue()).toBe("half a thought");
  await ada.page.reload();
  await composer(ada.page).waitFor();
  expect(await composer(ada.page).inputValue()).toBe("half a thought");
  await composer(ada.page).fill("");
});

test("the key that ends a composition sends nothing", async () => {
  const field = composer(ada.page);
  await field.evaluate((element) =>
    element.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true })),
  );
  await field.fill("にほん");
  // In Safari the end comes before the key that caused it, and the key looks like any other.
  await field.evaluate((element) => {
    element.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
    const key = { key: "Enter", bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent("keydown", key));
  });
  expect(await field.inputValue()).toBe("にほん");
  await field.press("Enter");
  await message(ada.page, "にほん").waitFor();
  expect(await field.inputValue()).toBe("");
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

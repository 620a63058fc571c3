// What one does with a conversation for oneself, from its row in the list.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { articles } from "./rig/log";
import { composer, conversationHeading, conversationLink, message } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let boClient: ParleyClient;
let pair: string;
let group: string;

beforeAll(async () => {
  stage = await openStage();
  const bo = await stage.person("Bo Diddley");
  ada = await stage.person("Ada Lovelace");
  boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await boClient.mutate("users:syncUser", {});
  await adaClient.mutate("users:syncUser", {});
  const adaId = (await adaClient.me()).clerkId;
  pair = await boClient.conversationWith(adaId);
  group = (await boClient.mutate("conversations:createGroup", {
    groupName: "Book club",
    participantIds: [adaId],
  })) as string;
  await say(pair, "one");
  await say(group, "two");
  await ada.page.goto("/messages");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const say = (conversationId: string, content: string) =>
  boClient.mutate("messages:sendMessage", { conversationId, content });
const row = (page: Page, name: string): Locator =>
  page
    .getByRole("navigation", { name: "Chats" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name }) });
async function choose(page: Page, name: string, act: string): Promise<void> {
  await conversationLink(page, name).click({ button: "right" });
  await page
    .getByRole("menu", { name: "Chat actions" })
    .getByRole("menuitem", { name: act })
    .click();
}
const confirm = (page: Page, name: string) =>
  page.getByRole("alertdialog").getByRole("button", { name, exact: true }).click();

test("all chats are marked as read at once", async () => {
  const { page } = ada;
  await row(page, "Bo Diddley").getByText("1 unread").waitFor();
  await row(page, "Book club").getByText("1 unread").waitFor();
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await page.getByRole("button", { name: "Mark all as read" }).waitFor({ state: "detached" });
  expect(await page.getByText("1 unread").count()).toBe(0);
});

test("[B54] a chat marked as unread stays so over a reload, and opening it clears the mark", async () => {
  const { page } = ada;
  await choose(page, "Bo Diddley", "Mark as unread");
  await row(page, "Bo Diddley").getByText("1 unread").waitFor();
  await page.reload();
  await row(page, "Bo Diddley").getByText("1 unread").waitFor();
  await conversationLink(page, "Bo Diddley").click();
  await row(page, "Bo Diddley").getByText("1 unread").waitFor({ state: "detached" });
  await page.reload();
  await conversationHeading(page, "Bo Diddley").waitFor();
  expect(await row(page, "Bo Diddley").getByText("unread").count()).toBe(0);
});

test("[B86] the menu of a row opens from its button by keyboard and gives the focus back", async () => {
  const { page } = ada;
  await row(page, "Book club").getByRole("button", { name: "Chat actions" }).press("Enter");
  const menu = page.getByRole("menu", { name: "Chat actions" });
  await menu.waitFor();
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  const isBack = () =>
    conversationLink(page, "Book club").evaluate((link) => link === document.activeElement);
  await expect.poll(isBack).toBe(true);
});

test("cleared messages are gone for oneself only", async () => {
  const { page } = ada;
  await conversationLink(page, "Bo Diddley").click();
  await message(page, "one").waitFor();
  await choose(page, "Bo Diddley", "Clear messages");
  await confirm(page, "Clear");
  await message(page, "one").waitFor({ state: "detached" });
  await say(pair, "after the clearing");
  await message(page, "after the clearing").waitFor();
  await page.reload();
  await message(page, "after the clearing").waitFor();
  expect(await articles(page).count()).toBe(1);
  expect((await boClient.messages(pair)).map(({ content }) => content)).toEqual([
    "after the clearing",
    "one",
  ]);
});

test("a chat deleted for oneself comes back with the next message, without the old ones", async () => {
  const { page } = ada;
  await choose(page, "Bo Diddley", "Delete for me");
  await confirm(page, "Delete");
  await conversationLink(page, "Bo Diddley").waitFor({ state: "detached" });
  await conversationHeading(page, "Bo Diddley").waitFor({ state: "detached" });
  await say(pair, "back again");
  await conversationLink(page, "Bo Diddley").click();
  await message(page, "back again").waitFor();
  expect(await articles(page).count()).toBe(1);
});

test("who is blocked is marked so, and the composer says why it is closed", async () => {
  const { page } = ada;
  await choose(page, "Bo Diddley", "Block");
  await page.getByRole("alertdialog", { name: "Block Bo Diddley?" }).waitFor();
  await confirm(page, "Block");
  await page.getByText("You blocked Bo Diddley.").waitFor();
  await row(page, "Bo Diddley").getByText("Blocked", { exact: true }).waitFor();
  expect(await composer(page).count()).toBe(0);
  await expect(say(pair, "hello?")).rejects.toThrow();
  await page.getByRole("main").getByRole("button", { name: "Unblock" }).click();
  await composer(page).waitFor();
  await say(pair, "hello again");
  await message(page, "hello again").waitFor();
});

test("the list tells what happened to a group, and leaving it asks once", async () => {
  const { page } = ada;
  await boClient.mutate("groups:renameGroup", { conversationId: group, groupName: "Chess club" });
  await row(page, "Chess club").getByText("Bo Diddley named the group “Chess club”").waitFor();
  await choose(page, "Chess club", "Leave group");
  await page.getByRole("alertdialog", { name: "Leave “Chess club”?" }).waitFor();
  await confirm(page, "Leave");
  await conversationLink(page, "Chess club").waitFor({ state: "detached" });
});

test("a held finger opens the menu of a row and not the chat", async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const cleo = await stage.person("Cleo Laine", phone);
  const cleoClient = new ParleyClient(stage.server.url, await tokenOf(cleo));
  await cleoClient.mutate("users:syncUser", {});
  const conversationId = await boClient.conversationWith((await cleoClient.me()).clerkId);
  await say(conversationId, "hold me");
  const box = await conversationLink(cleo.page, "Bo Diddley").boundingBox();
  const touch = await cleo.context.newCDPSession(cleo.page);
  const at = { x: 150, y: (box?.y ?? 0) + 30 };
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
  const menu = cleo.page.getByRole("menu", { name: "Chat actions" });
  await menu.waitFor();
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await menu.getByRole("menuitem", { name: "Mark as read" }).tap();
  await menu.waitFor({ state: "detached" });
  expect(await composer(cleo.page).count()).toBe(0);
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

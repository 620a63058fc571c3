// Ways through the app: Back on a phone, the keys on a desk, and where the focus is afterwards.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import {
  composer,
  conversationHeading,
  conversationLink,
  mainNavigation,
  message,
  openActions,
} from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let adaClient: ParleyClient;
let boClient: ParleyClient;
let pair: string;
let phone: Page;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace", { viewport: { width: 1440, height: 900 } });
  const bo = await stage.person("Bo Diddley");
  adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  await adaClient.mutate("users:syncUser", {});
  await boClient.mutate("users:syncUser", {});
  const boId = (await boClient.me()).clerkId;
  for (let number = 1; number <= 24; number += 1) {
    await adaClient.mutate("conversations:createGroup", {
      groupName: `Group ${number}`,
      participantIds: [boId],
    });
  }
  await adaClient.mutate("conversations:createGroup", {
    groupName: "Sunday walk",
    participantIds: [boId],
  });
  pair = await adaClient.conversationWith(boId);
  for (let number = 1; number <= 30; number += 1) {
    await boClient.mutate("messages:sendMessage", {
      conversationId: pair,
      content: `theirs ${number}.`,
    });
  }
  await adaClient.mutate("messages:sendMessage", { conversationId: pair, content: "mine" });
  await ada.page.goto(address(pair));
  await message(ada.page, "mine").waitFor();
  const device = await stage.visitor("Ada's phone", {
    viewport: { width: 390, height: 844 },
    storageState: await ada.context.storageState(),
  });
  phone = device.page;
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const address = (id: string) => `/messages?conversationId=${encodeURIComponent(id)}`;
const isFocused = (place: Locator) =>
  expect.poll(() => place.evaluate((element) => element === document.activeElement)).toBe(true);
const holdsFocus = (place: Locator) =>
  expect
    .poll(() => place.evaluate((element) => element.contains(document.activeElement)))
    .toBe(true);
/** What lies over the page has got its step of the history. */
const hasSteps = (count: number) =>
  expect
    .poll(() => phone.evaluate(() => (history.state as { parleySheets?: number })?.parleySheets))
    .toBe(count || undefined);
const actionsOf = (page: Page, text: string) =>
  message(page, text).getByRole("button", { name: "Message actions" });

async function openOnPhone(): Promise<void> {
  await phone.goto("/messages");
  await conversationLink(phone, "Bo Diddley").click();
  await message(phone, "mine").waitFor();
}

test("[B70] on a phone Back closes what lies over a chat, the topmost first, and then leaves it", async () => {
  await openOnPhone();
  await phone.getByRole("button", { name: "Chat details" }).click();
  const details = phone.getByRole("dialog", { name: "Contact details" });
  await details.getByRole("button", { name: "Clear messages" }).click();
  const question = phone.getByRole("alertdialog");
  await question.waitFor();
  await hasSteps(2);
  await phone.goBack();
  await question.waitFor({ state: "detached" });
  expect(await details.isVisible()).toBe(true);
  await phone.goBack();
  await details.waitFor({ state: "detached" });
  expect(await conversationHeading(phone, "Bo Diddley").isVisible()).toBe(true);

  await openActions(phone, "mine");
  await phone.getByRole("menu").waitFor();
  await hasSteps(1);
  await phone.goBack();
  await phone.getByRole("menu").waitFor({ state: "detached" });

  await openActions(phone, "mine");
  await phone.getByRole("menuitem", { name: "Message info" }).click();
  await phone.getByRole("dialog", { name: "Message info" }).waitFor();
  await hasSteps(1);
  await phone.goBack();
  await phone.getByRole("dialog").waitFor({ state: "detached" });

  await openActions(phone, "mine");
  await phone.getByRole("menuitem", { name: "Select" }).click();
  await phone.getByRole("toolbar", { name: "Selected messages" }).waitFor();
  await hasSteps(1);
  await phone.goBack();
  await composer(phone).waitFor();

  await phone.getByRole("button", { name: "Search in this chat" }).click();
  await phone.getByRole("search").waitFor();
  await hasSteps(1);
  await phone.goBack();
  await phone.getByRole("search").waitFor({ state: "detached" });
  await phone.goBack();
  await conversationLink(phone, "Bo Diddley").waitFor();
});

test("[B70] what was closed by hand or by a choice leaves no dead step behind", async () => {
  await openOnPhone();
  await phone.getByRole("button", { name: "Chat details" }).click();
  await hasSteps(1);
  await phone.keyboard.press("Escape");
  await hasSteps(0);
  await phone.goBack();
  await conversationLink(phone, "Bo Diddley").waitFor();

  // A sheet that leads to another page: Back leads from there to the page below the sheet.
  await phone.getByRole("button", { name: "Profile" }).click();
  await hasSteps(1);
  await phone.getByRole("dialog").getByRole("link", { name: "Settings" }).click();
  await phone.getByRole("heading", { name: "Settings" }).waitFor();
  await phone.goBack();
  await conversationLink(phone, "Bo Diddley").waitFor();
  expect(await phone.getByRole("dialog").count()).toBe(0);
});

test("[B70] a reload closes what lay over the page, and leaves Back nothing of it", async () => {
  await openOnPhone();
  await phone.getByRole("button", { name: "Chat details" }).click();
  await phone.getByRole("dialog").getByRole("button", { name: "Clear messages" }).click();
  await hasSteps(2);
  await phone.reload();
  await message(phone, "mine").waitFor();
  await hasSteps(0);
  // What is opened from now on has its step as ever, and so have pages.
  await phone.getByRole("button", { name: "Chat details" }).click();
  await hasSteps(1);
  await phone.goBack();
  await phone.getByRole("dialog").waitFor({ state: "detached" });
  expect(await conversationHeading(phone, "Bo Diddley").isVisible()).toBe(true);
  await phone.goBack();
  await conversationLink(phone, "Bo Diddley").waitFor();
  expect(new URL(phone.url()).search).toBe("");

  await phone.getByRole("button", { name: "Profile" }).click();
  await hasSteps(1);
  await phone.reload();
  await conversationLink(phone, "Bo Diddley").waitFor();
  await hasSteps(0);
  await mainNavigation(phone).getByRole("link", { name: "People" }).click();
  await phone.getByRole("searchbox", { name: "Search people" }).waitFor();
  await phone.goBack();
  await conversationLink(phone, "Bo Diddley").waitFor();
  await conversationLink(phone, "Bo Diddley").click();
  await message(phone, "mine").waitFor();
  await phone.goBack();
  await conversationLink(phone, "Bo Diddley").waitFor();
});

test("[B68] [B70] a phone has the palette in its search field, and what it opens is one step away", async () => {
  await phone.goto("/messages");
  await phone.getByRole("button", { name: "Go to a chat, a person or a command" }).click();
  const palette = phone.getByRole("dialog", { name: "Go to" });
  await hasSteps(1);
  await phone.goBack();
  await palette.waitFor({ state: "detached" });
  await phone.getByRole("button", { name: "Go to a chat, a person or a command" }).click();
  await palette.getByRole("combobox").fill("sunday");
  await palette.getByRole("option", { name: "Sunday walk" }).click();
  await conversationHeading(phone, "Sunday walk").waitFor();
  await phone.goBack();
  await conversationLink(phone, "Sunday walk").waitFor();
  // From a command to another sheet: they share the step.
  await phone.getByRole("button", { name: "Go to a chat, a person or a command" }).click();
  await palette.getByRole("option", { name: "New group" }).click();
  await phone.getByRole("dialog", { name: "New group" }).waitFor();
  await hasSteps(1);
  await phone.goBack();
  await phone.getByRole("dialog").waitFor({ state: "detached" });
  expect(await conversationLink(phone, "Sunday walk").isVisible()).toBe(true);
});

test("[B70] leaving a chat from its details leads to the list, and Back does not return to it", async () => {
  const boId = (await boClient.me()).clerkId;
  await adaClient.mutate("conversations:createGroup", {
    groupName: "Short lived",
    participantIds: [boId],
  });
  await phone.goto("/users");
  await mainNavigation(phone).getByRole("link", { name: "Chats" }).click();
  await conversationLink(phone, "Short lived").click();
  await phone.getByRole("button", { name: "Chat details" }).click();
  await phone.getByRole("dialog").getByRole("button", { name: "Leave group" }).click();
  await hasSteps(2);
  await phone.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  await conversationLink(phone, "Bo Diddley").waitFor();
  await conversationLink(phone, "Short lived").waitFor({ state: "detached" });
  await hasSteps(0);
  await phone.goBack();
  await phone.getByRole("searchbox", { name: "Search people" }).waitFor();
});

test("[B87] a chat takes the focus when it opens, and its row has it when one comes back", async () => {
  await openOnPhone();
  await isFocused(conversationHeading(phone, "Bo Diddley"));
  await phone.getByRole("button", { name: "Back", exact: true }).press("Enter");
  await isFocused(conversationLink(phone, "Bo Diddley"));
  // Where there is room for both it is the field that one writes in.
  await conversationLink(ada.page, "Sunday walk").press("Enter");
  await conversationHeading(ada.page, "Sunday walk").waitFor();
  await isFocused(composer(ada.page));
  await conversationLink(ada.page, "Bo Diddley").press("Enter");
  await message(ada.page, "mine").waitFor();
});

test("[B87] a dialog takes the focus in, keeps it, and gives it back to what opened it", async () => {
  const { page } = ada;
  const { keyboard } = page;
  for (const [item, role] of [
    ["Message info", "dialog"],
    ["Delete", "alertdialog"],
  ] as const) {
    await message(page, "mine").focus();
    await keyboard.press("Enter");
    await page.getByRole("menuitem", { name: item }).press("Enter");
    const dialog = page.getByRole(role);
    await dialog.waitFor();
    await holdsFocus(dialog);
    for (let tabs = 0; tabs < 4; tabs += 1) {
      await keyboard.press("Tab");
      await holdsFocus(dialog);
    }
    await keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await isFocused(actionsOf(page, "mine"));
  }
  await adaClient.mutate("messages:sendMessage", { conversationId: pair, content: "brief" });
  await message(page, "brief").focus();
  await keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Delete" }).press("Enter");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).press("Enter");
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  await isFocused(page.getByRole("log", { name: "Messages" }));

  const row = page
    .getByRole("navigation", { name: "Chats" })
    .getByRole("listitem")
    .filter({ hasText: "Bo Diddley" });
  await row.getByRole("button", { name: "Chat actions" }).press("Enter");
  await page.getByRole("menuitem", { name: "Block" }).press("Enter");
  await page.getByRole("alertdialog").waitFor();
  await holdsFocus(page.getByRole("alertdialog"));
  await keyboard.press("Escape");
  await isFocused(conversationLink(page, "Bo Diddley"));
});

test("[B87] the history of a message gives the focus back to its mark", async () => {
  const { page } = ada;
  await adaClient.mutate("messages:sendMessage", { conversationId: pair, content: "first words" });
  const [newest] = await adaClient.messages(pair);
  await adaClient.mutate("messages:editMessage", { messageId: newest?._id, content: "last words" });
  const mark = message(page, "last words").getByRole("button", { name: "edited" });
  await mark.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("first words").waitFor();
  await holdsFocus(dialog);
  await page.keyboard.press("Escape");
  await isFocused(mark);
});

test("[B86] [B87] the list of chats is one stop, in which keys lead from row to row", async () => {
  const { page } = ada;
  const { keyboard } = page;
  const links = page.getByRole("navigation", { name: "Chats" }).getByRole("link");
  await expect.poll(() => links.count()).toBeGreaterThan(18);
  const stops = () =>
    links.evaluateAll((all) => all.filter((link) => (link as HTMLElement).tabIndex === 0).length);
  expect(await stops()).toBe(1);
  await page.getByRole("searchbox", { name: "Search" }).focus();
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  // Where one is: the chat that is open.
  await isFocused(conversationLink(page, "Bo Diddley"));
  await keyboard.press("Home");
  await isFocused(links.first());
  await keyboard.press("ArrowDown");
  await isFocused(links.nth(1));
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowUp");
  await isFocused(links.nth(1));
  await keyboard.press("PageDown");
  await expect
    .poll(() => links.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement)))
    .toBeGreaterThan(4);
  await keyboard.press("PageUp");
  await isFocused(links.nth(1));
  // The end of what is loaded; being there loads the rest.
  await keyboard.press("End");
  await expect.poll(() => links.count()).toBe(26);
  await keyboard.press("End");
  await isFocused(links.last());
  expect(await stops()).toBe(1);
  // The way out and back in leads to the same row.
  await keyboard.press("Shift+Tab");
  await keyboard.press("Tab");
  await isFocused(links.last());
});

test("[B86] [B87] the messages are one stop too, from the newest on", async () => {
  const { page } = ada;
  const { keyboard } = page;
  const log = page.getByRole("log", { name: "Messages" });
  await page.reload();
  await message(page, "last words").waitFor();
  await composer(page).focus();
  await keyboard.press("Shift+Tab");
  await isFocused(log);
  await keyboard.press("ArrowUp");
  await isFocused(message(page, "last words"));
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await isFocused(message(page, "theirs 30."));
  const ring = () =>
    message(page, "theirs 30.").evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(await ring()).toBe("solid");
  await keyboard.press("Tab");
  await isFocused(actionsOf(page, "theirs 30."));
  await keyboard.press("Tab");
  await isFocused(composer(page));
  await keyboard.press("Shift+Tab");
  await isFocused(actionsOf(page, "theirs 30."));
  // However far one walks, what has the focus is in view.
  await message(page, "theirs 30.").focus();
  for (let steps = 0; steps < 25; steps += 1) await keyboard.press("ArrowUp");
  await isFocused(message(page, "theirs 5."));
  const inView = () =>
    message(page, "theirs 5.").evaluate((element) => {
      const row = element.getBoundingClientRect();
      const view = element.closest("[role=log]")?.getBoundingClientRect();
      return view !== undefined && row.top >= view.top - 1 && row.bottom <= view.bottom + 1;
    });
  await expect.poll(inView).toBe(true);
});

test("[B71] Escape ends one thing at a time: menu, picker, reply, selection, panel, and then nothing", async () => {
  const { page } = ada;
  const { keyboard } = page;
  const panel = page.getByRole("complementary", { name: "Contact details" });
  const answering = page.getByRole("region", { name: /^Answering / });
  const picker = page.getByRole("dialog", { name: "Emoji" });
  const menu = page.getByRole("menu");
  const bar = page.getByRole("toolbar", { name: "Selected messages" });
  const standing = async () => ({
    menu: await menu.count(),
    picker: await picker.count(),
    reply: await answering.count(),
    selection: await bar.count(),
    panel: await panel.count(),
  });
  const nothing = { menu: 0, picker: 0, reply: 0, selection: 0, panel: 0 };
  await page.getByRole("button", { name: "Chat details" }).click();
  await panel.waitFor();
  await openActions(page, "mine");
  await page.getByRole("menuitem", { name: "Reply" }).click();
  await answering.waitFor();
  await openActions(page, "mine");
  await menu.waitFor();
  expect(await standing()).toEqual({ ...nothing, menu: 1, reply: 1, panel: 1 });
  await keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  await picker.waitFor();
  await keyboard.press("Escape");
  await picker.waitFor({ state: "detached" });
  expect(await standing()).toEqual({ ...nothing, reply: 1, panel: 1 });
  await keyboard.press("Escape");
  await answering.waitFor({ state: "detached" });
  expect(await standing()).toEqual({ ...nothing, panel: 1 });
  await openActions(page, "mine");
  await page.getByRole("menuitem", { name: "Select" }).click();
  await bar.waitFor();
  await keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
  expect(await standing()).toEqual({ ...nothing, panel: 1 });
  await keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  await keyboard.press("Escape");
  expect(await standing()).toEqual(nothing);
  expect(await conversationHeading(page, "Bo Diddley").isVisible()).toBe(true);
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

// What one does with messages that were said: edit, delete, select, react, and ask who has read.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, message, openActions, send, tick } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const GROUP = "Analytical Engine";

let stage: Stage;
let ada: Person;
let bo: Person;
let boClient: ParleyClient;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  bo = await stage.person("Bo Diddley");
  ada = await stage.person("Ada Lovelace");
  const cleo = await stage.person("Cleo Laine");
  const clients: ParleyClient[] = [];
  for (const person of [ada, bo, cleo]) {
    const client = new ParleyClient(stage.server.url, await tokenOf(person));
    await client.mutate("users:syncUser", {});
    clients.push(client);
  }
  const [adaClient, ...others] = clients as [ParleyClient, ParleyClient, ParleyClient];
  boClient = others[0];
  const participantIds = await Promise.all(others.map(async (one) => (await one.me()).clerkId));
  const group = await adaClient.mutate("conversations:createGroup", {
    groupName: GROUP,
    participantIds,
  });
  conversationId = group as string;
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  for (const { page } of [ada, bo]) {
    await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
    await composer(page).waitFor();
  }
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const choose = async (page: Page, text: string, name: string | RegExp) => {
  await openActions(page, text);
  await page.getByRole("menuitem", { name }).click();
};
const confirmDelete = (page: Page) =>
  page.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true }).click();
const tombstones = (page: Page) => message(page, "This message was deleted");

test("[B60] message info says who has read, when, and who has not", async () => {
  await send(ada, "who has read this?");
  await tick(ada.page, "who has read this?", "Read").waitFor();
  await choose(ada.page, "who has read this?", "Message info");
  const dialog = ada.page.getByRole("dialog", { name: "Message info" });
  const read = dialog.getByRole("region", { name: "Read by" });
  await read.getByRole("listitem").filter({ hasText: "Bo Diddley" }).getByRole("time").waitFor();
  const unread = dialog.getByRole("region", { name: "Not read yet" });
  await unread.getByRole("listitem").filter({ hasText: "Cleo Laine" }).waitFor();
  expect([
    await read.getByRole("listitem").count(),
    await unread.getByRole("listitem").count(),
  ]).toEqual([1, 1]);
  await ada.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("[B61] an edited message says so, and a click shows what it said", async () => {
  await send(ada, "first thoughts");
  await choose(ada.page, "first thoughts", "Edit");
  await composer(ada.page).fill("second thoughts");
  await composer(ada.page).press("Enter");
  const edited = message(bo.page, "second thoughts").getByRole("button", { name: "edited" });
  expect(await edited.getAttribute("title")).toMatch(/^Edited .*\d\d:\d\d/);
  await edited.click();
  const dialog = bo.page.getByRole("dialog", { name: "Edits" });
  await expect
    .poll(() => dialog.getByRole("listitem").allInnerTexts())
    .toEqual([
      expect.stringMatching(/^Now(.|\n)*second thoughts$/),
      expect.stringContaining("first thoughts"),
    ]);
  await dialog.getByRole("button", { name: "Close" }).click();
});

test("[B62] a deletion asks once, can be taken back, and is gone for everybody after that", async () => {
  await send(ada, "said too much");
  await message(bo.page, "said too much").waitFor();
  await choose(ada.page, "said too much", "Delete");
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await message(ada.page, "said too much").waitFor();

  await choose(ada.page, "said too much", "Delete");
  await confirmDelete(ada.page);
  await message(ada.page, "said too much").waitFor({ state: "detached" });
  await ada.page.getByRole("button", { name: "Undo" }).click();
  await message(ada.page, "said too much").waitFor();

  await choose(ada.page, "said too much", "Delete");
  await confirmDelete(ada.page);
  await tombstones(bo.page).waitFor();
  expect(await tombstones(ada.page).count()).toBe(1);
  expect(await ada.page.getByRole("button", { name: "Undo" }).count()).toBe(0);
});

test("[B62] a deletion is sent when the page goes before its time is over", async () => {
  await send(ada, "going, going");
  await message(bo.page, "going, going").waitFor();
  await choose(ada.page, "going, going", "Delete");
  await confirmDelete(ada.page);
  await message(ada.page, "going, going").waitFor({ state: "detached" });
  await ada.page.reload();
  await message(bo.page, "going, going").waitFor({ state: "detached" });
  await composer(ada.page).waitFor();
});

test("[B64] several messages are selected, counted, copied, and deleted as one", async () => {
  const { page } = ada;
  for (let number = 1; number <= 5; number++) await send(ada, `item ${number}`);
  await tick(page, "item 5", "Read").waitFor();
  await choose(page, "item 2", "Select");
  const bar = page.getByRole("toolbar", { name: "Selected messages" });
  await bar.getByText("1 selected").waitFor();
  expect(await composer(page).count()).toBe(0);
  await message(page, "item 4").click({ modifiers: ["Shift"] });
  await bar.getByText("3 selected").waitFor();
  await message(page, "item 3").getByRole("checkbox", { name: "Select" }).uncheck();
  await bar.getByText("2 selected").waitFor();
  await bar.getByRole("button", { name: "Copy" }).click();
  await composer(page).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("item 2\nitem 4");

  await choose(page, "item 2", "Select");
  await message(page, "item 4").click({ modifiers: ["Shift"] });
  const before = await tombstones(bo.page).count();
  await bar.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog", { name: "Delete 3 messages?" }).waitFor();
  await confirmDelete(page);
  await page.getByText("3 messages deleted").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await message(page, "item 3").waitFor();
  expect(await tombstones(bo.page).count()).toBe(before);
});

test("[B64] Escape ends selecting, and what others said can only be copied", async () => {
  const { page } = bo;
  await choose(page, "item 1", "Select");
  const bar = page.getByRole("toolbar", { name: "Selected messages" });
  await expect.poll(() => bar.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
  await composer(page).waitFor();
});

test("[B64] lines about the group cannot be selected", async () => {
  const { page } = ada;
  await boClient.mutate("messages:sendMessage", { conversationId, content: "before the line" });
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await adaClient.mutate("groups:renameGroup", { conversationId, groupName: "Difference Engine" });
  const line = message(page, "You named the group “Difference Engine”");
  await line.waitFor();
  await choose(page, "before the line", "Select");
  await line.click();
  await page.getByText("1 selected").waitFor();
  expect(await line.getByRole("checkbox").count()).toBe(0);
  await page.keyboard.press("Escape");
});

test("[B63] who reacted is said on hover and on focus", async () => {
  await choose(bo.page, "before the line", /👍/);
  const reaction = message(ada.page, "before the line").getByRole("button", { name: "👍 1" });
  await reaction.hover();
  await ada.page.getByRole("tooltip", { name: /Bo Diddley/ }).waitFor();
  await ada.page.mouse.move(0, 0);
  await ada.page.getByRole("tooltip").waitFor({ state: "hidden" });
  await reaction.focus();
  await ada.page.keyboard.press("Shift");
  await ada.page.getByRole("tooltip", { name: /Bo Diddley/ }).waitFor();
});

test("nothing of it complained", () => {
  expect({ ada: ada.troubles, bo: bo.troubles }).toEqual({ ada: [], bo: [] });
});

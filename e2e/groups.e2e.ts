// A group after it was made: who is in it, who may do what, and the lines that tell of it.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, conversationHeading, conversationLink, message } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const NAMES = ["Ada Lovelace", "Bo Diddley", "Cleo Laine", "Dora Maar"] as const;

let stage: Stage;
let ada: Person;
let bo: Person;
let adaClient: ParleyClient;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  const people: Person[] = [];
  const ids: string[] = [];
  for (const name of NAMES) {
    const person = await stage.person(name, { viewport: { width: 1440, height: 900 } });
    const client = new ParleyClient(stage.server.url, await tokenOf(person));
    await client.mutate("users:syncUser", {});
    if (people.length === 0) adaClient = client;
    people.push(person);
    ids.push((await client.me()).clerkId);
  }
  [ada, bo] = people as [Person, Person];
  conversationId = (await adaClient.mutate("conversations:createGroup", {
    groupName: "Sunday walk",
    participantIds: ids.slice(1, 3),
  })) as string;
  for (const { page } of [ada, bo]) {
    await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
    await composer(page).waitFor();
  }
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const panel = (page: Page): Locator =>
  page
    .getByRole("complementary", { name: "Group details" })
    .or(page.getByRole("dialog", { name: "Group details" }));
const member = (page: Page, name: string): Locator =>
  panel(page)
    .getByRole("list", { name: "Members" })
    .getByRole("listitem")
    .filter({ hasText: name });
async function openPanel(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Chat details" }).click();
  await panel(page).waitFor();
}
const confirm = (page: Page, name: string) =>
  page.getByRole("alertdialog").getByRole("button", { name, exact: true }).click();
async function actOn(page: Page, name: string, act: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: act }).click();
}

test("[B87] the details take the focus in, and give it back with Escape", async () => {
  const { page } = ada;
  await openPanel(page);
  const isInside = () => panel(page).evaluate((aside) => aside.contains(document.activeElement));
  await expect.poll(isInside).toBe(true);
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "detached" });
  const isBack = () =>
    page
      .getByRole("button", { name: "Chat details" })
      .evaluate((button) => button === document.activeElement);
  expect(await isBack()).toBe(true);
});

test("[B71] Escape ends the reply before the details", async () => {
  const { page } = ada;
  await adaClient.mutate("messages:sendMessage", { conversationId, content: "who comes?" });
  await openPanel(page);
  await message(page, "who comes?").hover();
  await message(page, "who comes?").getByRole("button", { name: "Message actions" }).click();
  await page.getByRole("menuitem", { name: "Reply" }).click();
  const answering = page.getByRole("region", { name: /^Answering / });
  await answering.waitFor();
  await page.keyboard.press("Escape");
  await answering.waitFor({ state: "detached" });
  expect(await panel(page).count()).toBe(1);
});

test("only what one's role allows is offered", async () => {
  await openPanel(bo.page);
  await member(bo.page, "Ada Lovelace").getByText("Owner").waitFor();
  const offered = async () => ({
    acts: await bo.page.getByRole("button", { name: /^Actions for/ }).count(),
    rename: await bo.page.getByRole("button", { name: "Rename the group" }).count(),
    add: await bo.page.getByRole("button", { name: "Add people" }).count(),
  });
  expect(await offered()).toEqual({ acts: 0, rename: 0, add: 0 });
  await actOn(ada.page, "Bo Diddley", "Make admin");
  await message(bo.page, "Ada Lovelace made you an admin").waitFor();
  await message(ada.page, "You made Bo Diddley an admin").waitFor();
  await expect.poll(offered).toEqual({ acts: 1, rename: 1, add: 1 });
  await bo.page.getByRole("button", { name: "Actions for Cleo Laine" }).click();
  expect(await bo.page.getByRole("menuitem").allInnerTexts()).toEqual(["Remove from group"]);
  await bo.page.keyboard.press("Escape");
});

test("the group is renamed in its place, for everybody, with a line about it", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Rename the group" }).click();
  await panel(page).getByRole("textbox", { name: "Group name" }).fill("Monday walk");
  await page.keyboard.press("Enter");
  await conversationHeading(bo.page, "Monday walk").waitFor();
  await message(bo.page, "Ada Lovelace named the group “Monday walk”").waitFor();
  await message(page, "You named the group “Monday walk”").waitFor();
  await conversationLink(bo.page, "Monday walk").waitFor();
});

test("somebody is added and removed", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Add people" }).click();
  const dialog = page.getByRole("dialog", { name: "Add people" });
  await dialog.getByRole("checkbox", { name: "Dora Maar" }).check();
  expect(await dialog.getByRole("checkbox", { name: "Bo Diddley" }).count()).toBe(0);
  await dialog.getByRole("button", { name: "Add to the group" }).click();
  await member(page, "Dora Maar").waitFor();
  await message(bo.page, "Ada Lovelace added Dora Maar").waitFor();

  await actOn(page, "Dora Maar", "Remove from group");
  await page.getByRole("alertdialog", { name: "Remove Dora Maar?" }).waitFor();
  await confirm(page, "Remove from group");
  await member(page, "Dora Maar").waitFor({ state: "detached" });
  await message(bo.page, "Ada Lovelace removed Dora Maar").waitFor();
});

test("the owner gives the group away, leaves after being asked, and it goes on", async () => {
  const { page } = ada;
  await actOn(page, "Bo Diddley", "Make owner");
  await confirm(page, "Make owner");
  await member(page, "Bo Diddley").getByText("Owner").waitFor();
  await panel(page).getByRole("button", { name: "Leave group" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await panel(page).getByRole("button", { name: "Leave group" }).click();
  await confirm(page, "Leave");
  await conversationLink(page, "Monday walk").waitFor({ state: "detached" });
  await message(bo.page, "Ada Lovelace left the group").waitFor();
  await member(bo.page, "Ada Lovelace").waitFor({ state: "detached" });
});

test("on a phone the details are a sheet", async () => {
  const { page } = bo;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await openPanel(page);
  const sheet = page.getByRole("dialog", { name: "Group details" });
  await member(page, "Cleo Laine").waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await composer(page).waitFor();
});

test("nothing of it complained", () => {
  expect({ ada: ada.troubles, bo: bo.troubles }).toEqual({ ada: [], bo: [] });
});

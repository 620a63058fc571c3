import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  composer,
  conversationHeading,
  conversationLink,
  mainNavigation,
  message,
  openActions,
  openConversationWith,
  personRow,
  send,
  tick,
} from "./rig/screen";
import { openStage, type Person, type Stage } from "./rig/stage";

let stage: Stage;
let ada: Person;
let bo: Person;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test("two people find each other, see who is there and get one conversation", async () => {
  await mainNavigation(ada.page).getByRole("link", { name: "People" }).click();
  await ada.page.getByRole("searchbox", { name: "Search people" }).fill("diddl");
  await personRow(ada.page, "Bo Diddley").waitFor();
  await personRow(ada.page, "Bo Diddley").getByText("Active now").waitFor({ state: "attached" });
  expect(await personRow(ada.page, "Ada Lovelace").count()).toBe(0);

  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  const [first, second] = [ada, bo].map(({ page }) =>
    new URL(page.url()).searchParams.get("conversationId"),
  );
  expect(first).toBeTruthy();
  expect(second).toBe(first);
});

test("they talk both ways, live, and see what has been read", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await mainNavigation(bo.page).getByRole("link", { name: "People" }).click();

  await send(ada, "Hello Bo, can you see this?");
  await tick(ada.page, "can you see this?", "Sent").waitFor();
  expect(await tick(ada.page, "can you see this?", "Read").count()).toBe(0);

  await openConversationWith(bo, "Ada Lovelace");
  await message(bo.page, "can you see this?").waitFor();
  await tick(ada.page, "can you see this?", "Read").waitFor();

  await send(bo, "I can. And this?");
  await message(ada.page, "I can. And this?").waitFor();
  await tick(bo.page, "I can. And this?", "Read").waitFor();
  expect(
    await message(ada.page, "I can. And this?")
      .getByRole("img", { name: /^(Sent|Read)$/ })
      .count(),
  ).toBe(0);
});

test("each message appears once and in the order of sending", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  const texts = Array.from({ length: 12 }, (_, n) => `count ${String(n + 1).padStart(2, "0")}`);
  for (const text of texts) await send(ada, text);
  for (const { page } of [ada, bo]) {
    await message(page, "count 12").waitFor();
    const articles = page.getByRole("log", { name: "Messages" }).getByRole("article");
    await expect
      .poll(async () =>
        (await articles.allInnerTexts())
          .map((text) => /count \d\d/.exec(text)?.[0])
          .filter(Boolean),
      )
      .toEqual(texts);
  }
});

test("typing shows at the other side only, and ends by itself and by sending", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  const isTyping = (person: Person) =>
    person.page.getByRole("status").filter({ hasText: /is typing/ });

  await composer(ada.page).pressSequentially("Let me think", { delay: 20 });
  await isTyping(bo)
    .filter({ hasText: "Ada Lovelace is typing…" })
    .or(isTyping(bo).filter({ hasText: "Ada is typing…" }))
    .waitFor();
  expect(await isTyping(ada).count()).toBe(0);
  await isTyping(bo).waitFor({ state: "detached" });

  await composer(ada.page).pressSequentially(" more", { delay: 20 });
  await isTyping(bo).waitFor();
  await ada.page.getByRole("button", { name: "Send", exact: true }).click();
  await message(bo.page, "Let me think more").waitFor();
  await isTyping(bo).waitFor({ state: "detached", timeout: 1_500 });
});

test("unread messages are counted and opening the conversation clears the count", async () => {
  await openConversationWith(bo, "Ada Lovelace");
  await openConversationWith(ada, "Bo Diddley");
  await mainNavigation(bo.page).getByRole("link", { name: "Chats" }).click();
  // The list alone, without an open conversation, is what somebody has who looks elsewhere.
  await bo.page.goto("/messages");
  await send(ada, "first unread");
  await send(ada, "second unread");
  const entry = conversationLink(bo.page, "Ada Lovelace");
  await expect.poll(() => entry.ariaSnapshot(), { timeout: 10_000 }).toContain("2 unread");
  await expect.poll(() => entry.textContent()).toContain("second unread");

  await entry.click();
  await message(bo.page, "second unread").waitFor();
  await expect.poll(() => entry.ariaSnapshot(), { timeout: 10_000 }).not.toMatch(/\d unread/);
});

test("a reaction is seen by the other person and can be taken back", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  await send(ada, "react to this");
  await message(bo.page, "react to this").waitFor();

  await openActions(bo.page, "react to this");
  await bo.page.getByRole("menu").getByRole("menuitem", { name: /👍/ }).click();
  const reaction = (person: Person) =>
    message(person.page, "react to this").getByRole("button", { name: /👍.*1/ });
  await reaction(ada).waitFor();
  await reaction(bo).click();
  await reaction(ada).waitFor({ state: "detached" });
});

test("a deleted message is gone for both", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  await send(ada, "say it was never said");
  await message(bo.page, "say it was never said").waitFor();

  await openActions(ada.page, "say it was never said");
  await ada.page.getByRole("menuitem", { name: /delete/i }).click();
  const confirm = ada.page.getByRole("alertdialog").or(ada.page.getByRole("dialog"));
  await confirm.getByRole("button", { name: /delete/i }).click();
  for (const { page } of [ada, bo]) {
    await message(page, "say it was never said").waitFor({ state: "detached" });
    const isAnywhere = async () => (await page.content()).includes("say it was never said");
    await expect.poll(isAnywhere).toBe(false);
  }
});

test("three people talk in a group", async () => {
  const cleo = await stage.person("Cleo Laine");
  await mainNavigation(ada.page).getByRole("link", { name: "Chats" }).click();
  await ada.page.getByRole("button", { name: "New group" }).click();
  const dialog = ada.page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: /name/i }).fill("Analytical Engine");
  for (const name of ["Bo Diddley", "Cleo Laine"]) {
    await dialog.getByRole("checkbox", { name: new RegExp(name) }).click();
  }
  await dialog.getByRole("button", { name: /create/i }).click();
  await conversationHeading(ada.page, "Analytical Engine").waitFor();

  for (const person of [bo, cleo]) {
    await mainNavigation(person.page).getByRole("link", { name: "Chats" }).click();
    await conversationLink(person.page, "Analytical Engine").click();
    await conversationHeading(person.page, "Analytical Engine").waitFor();
  }
  await send(ada, "to everyone");
  await message(bo.page, "to everyone").waitFor();
  await message(cleo.page, "to everyone").waitFor();
  await send(cleo, "from the third");
  await message(ada.page, "from the third").filter({ hasText: "Cleo Laine" }).waitFor();
  await message(bo.page, "from the third").waitFor();
});

test("the theme changes at once and stays over a reload", async () => {
  const textColour = () => ada.page.evaluate(() => getComputedStyle(document.body).color);
  const before = await textColour();
  await ada.page.getByRole("button", { name: "Toggle theme" }).click();
  await expect.poll(textColour).not.toBe(before);
  const after = await textColour();
  await ada.page.reload();
  await mainNavigation(ada.page).waitFor();
  expect(await textColour()).toBe(after);
});

test("nothing of it asked a stranger, broke the policy or complained on the console", () => {
  expect({ ada: ada.troubles, bo: bo.troubles }).toEqual({ ada: [], bo: [] });
});

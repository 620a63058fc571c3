// What one looks for is found as one types, and opens where it was said.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { articles, log } from "./rig/log";
import { composer, conversationHeading, conversationLink, holdFiles, message } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let boClient: ParleyClient;
let pair: string;
let group: string;
/** From the first answer on that carries this text, the server's answers are kept back. */
let heldText: string | null = null;
const held: (() => void)[] = [];
/** What the page has asked. */
let asked = "";

const searchField = () => ada.page.getByRole("searchbox", { name: "Search", exact: true });
const results = () => ada.page.getByRole("region", { name: "Search results" });
const section = (name: string) => results().getByRole("region", { name, exact: true });
const palette = () => ada.page.getByRole("dialog", { name: "Go to" });
const drawn = () =>
  ada.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  const cyd = await stage.person("Cyd Charisse");
  const token = await tokenOf(bo);
  boClient = new ParleyClient(stage.server.url, token);
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  const cydClient = new ParleyClient(stage.server.url, await tokenOf(cyd));
  for (const client of [boClient, adaClient, cydClient]) await client.mutate("users:syncUser", {});
  const adaId = (await adaClient.me()).clerkId;
  pair = await boClient.conversationWith(adaId);
  group = (await boClient.mutate("conversations:createGroup", {
    groupName: "Tea and cakes",
    participantIds: [adaId],
  })) as string;
  const lines = Array.from({ length: 240 }, (_, n) => `#${n + 1} a line of the story`);
  lines[4] = "#5 我家在上海东边";
  lines[9] = "#10 See you at the Café";
  lines[14] = "#15 I am testing it";
  await sendAll(stage.server.url, token, pair, lines);
  await boClient.mutate("messages:sendMessage", {
    conversationId: group,
    content: "A test of tea",
  });
  const conversationIds = [pair, group];
  await adaClient.mutate("messages:markConversationsAsRead", { conversationIds });
  await ada.context.routeWebSocket(/\/convex\/api\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      asked += String(frame);
      server.send(frame);
    });
    server.onMessage((frame) => {
      const isHeld = heldText !== null && (held.length > 0 || String(frame).includes(heldText));
      if (isHeld) held.push(() => socket.send(frame));
      else socket.send(frame);
    });
  });
  await ada.page.goto("/messages");
  await conversationLink(ada.page, "Bo Diddley").waitFor();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test.each([
  ["上海", "上海", "#5"],
  ["cafe", "Café", "#10"],
  ["testing", "testing", "#15"],
])("[B66] %s is found, marked, and opens in context", async (search, marked, number) => {
  await searchField().fill(search);
  const hit = section("Messages")
    .getByRole("link", { name: "Bo Diddley" })
    .filter({
      hasText: `${number} `,
    });
  await hit.waitFor();
  expect(await hit.locator("mark").first().textContent()).toBe(marked);
  await hit.click();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  const found = articles(ada.page).filter({ hasText: `${number} ` });
  await found.waitFor();
  await expect
    .poll(async () => {
      const view = await log(ada.page).boundingBox();
      const box = await found.boundingBox();
      return view && box && box.y >= view.y && box.y + box.height <= view.y + view.height;
    })
    .toBe(true);
});

test("chats, people and messages come in sections, and the arrow keys walk through them", async () => {
  await searchField().fill("te");
  await section("Chats").getByRole("link", { name: "Tea and cakes" }).waitFor();
  await section("Messages").getByText("A test of tea").waitFor();
  await ada.page.keyboard.press("ArrowDown");
  const focused = () => ada.page.evaluate(() => document.activeElement?.textContent ?? "");
  expect(await focused()).toContain("Tea and cakes");
  await ada.page.keyboard.press("ArrowUp");
  expect(await searchField().evaluate((field) => field === document.activeElement)).toBe(true);
  await ada.page.keyboard.press("ArrowDown");
  await ada.page.keyboard.press("Escape");
  expect(await searchField().evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await searchField().inputValue()).toBe("te");
  await searchField().fill("cyd");
  await section("People").getByRole("button", { name: "Cyd Charisse" }).waitFor();
});

test("[B65] the scope is a chip that can be removed", async () => {
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await searchField().fill("test");
  await section("Messages").getByText("A test of tea").waitFor();
  await results().getByRole("button", { name: "Only in Bo Diddley" }).click();
  await expect.poll(() => section("Messages").getByText("A test of tea").count()).toBe(0);
  expect(await section("Messages").getByText("I am testing it").count()).toBe(1);
  await ada.page.getByRole("button", { name: "Search in Bo Diddley only: remove" }).click();
  await section("Messages").getByText("A test of tea").waitFor();
});

test("[B65] an answer that comes late never takes the place of a newer one", async () => {
  await searchField().fill("");
  heldText = "See you at the Caf";
  await searchField().fill("cafe");
  await expect.poll(() => held.length).toBeGreaterThan(0);
  asked = "";
  await searchField().fill("testing");
  await expect.poll(() => asked).toContain('"search":"testing"');
  held.shift()?.();
  await drawn();
  const late = await results().getByText("See you at the").count();
  heldText = null;
  for (const release of held.splice(0)) release();
  expect(late).toBe(0);
  await section("Messages").getByText("I am testing it").waitFor();
  expect(await section("Messages").getByText("See you at the").count()).toBe(0);
});

test("[B25] a search without results says so and offers a way out", async () => {
  await searchField().fill("xyzzy");
  await results().getByText("Nothing found for “xyzzy”").waitFor();
  await results().getByRole("button", { name: "Clear search" }).click();
  await conversationLink(ada.page, "Bo Diddley").waitFor();
  expect(await searchField().inputValue()).toBe("");
});

test("[B68] Ctrl+K opens the palette, and Esc gives the focus back", async () => {
  await composer(ada.page).focus();
  await ada.page.keyboard.press("Control+k");
  await palette().getByRole("combobox").waitFor();
  await ada.page.keyboard.type("tgt");
  await expect
    .poll(() => palette().getByRole("option", { selected: true }).textContent())
    .toBe("Toggle theme");
  await ada.page.keyboard.press("Escape");
  await palette().waitFor({ state: "detached" });
  await expect
    .poll(() => composer(ada.page).evaluate((field) => field === document.activeElement))
    .toBe(true);
});

test("[B31] what one types at once after the palette is for the chat that was chosen", async () => {
  await composer(ada.page).fill("kept in Bo's chat");
  await ada.page.keyboard.press("Control+k");
  await palette().getByRole("combobox").fill("teacakes");
  await palette().getByRole("option", { name: "Tea and cakes" }).waitFor();
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("for the group");
  await ada.page.keyboard.press("Enter");
  await conversationHeading(ada.page, "Tea and cakes").waitFor();
  await message(ada.page, "for the group").waitFor();
  await expect.poll(async () => (await boClient.messages(group))[0]?.content).toBe("for the group");
  expect((await boClient.messages(pair))[0]?.content).toContain("#240");
  await conversationLink(ada.page, "Bo Diddley").click();
  await expect.poll(() => composer(ada.page).inputValue()).toBe("kept in Bo's chat");
});

test("[B69] Alt and the arrows walk through the chats, and no key fires while one types", async () => {
  const { keyboard } = ada.page;
  // The field has text: the keys are its own.
  await keyboard.press("Alt+ArrowUp");
  await keyboard.press("Shift+?");
  await drawn();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  expect(await ada.page.getByRole("dialog").count()).toBe(0);
  await composer(ada.page).fill("");
  await keyboard.press("Alt+ArrowUp");
  await conversationHeading(ada.page, "Tea and cakes").waitFor();
  await keyboard.press("Alt+ArrowDown");
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await boClient.mutate("messages:sendMessage", { conversationId: group, content: "More tea" });
  await conversationLink(ada.page, "Tea and cakes").getByText("More tea").waitFor();
  await keyboard.press("Alt+Shift+ArrowUp");
  await conversationHeading(ada.page, "Tea and cakes").waitFor();
});

test("[B69] the shortcuts are listed by Ctrl+/ anywhere and by ? outside of fields", async () => {
  const sheet = ada.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await composer(ada.page).focus();
  await ada.page.keyboard.press("Control+/");
  await sheet.getByText("Next unread chat").waitFor();
  await ada.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await conversationLink(ada.page, "Bo Diddley").focus();
  await ada.page.keyboard.press("Shift+?");
  await sheet.waitFor();
  await ada.page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  expect(await composer(ada.page).inputValue()).toBe("");
});

test("[B67] Enter and Shift+Enter step through the hits in a chat, with a counter", async () => {
  await conversationLink(ada.page, "Bo Diddley").click();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await ada.page.getByRole("button", { name: "Search in this chat" }).click();
  const bar = ada.page.getByRole("search", { name: "Search in this chat" });
  const field = bar.getByRole("searchbox");
  const counter = bar.getByRole("status");
  const inView = async (number: string) => {
    const view = await log(ada.page).boundingBox();
    const box = await articles(ada.page).filter({ hasText: number }).boundingBox();
    return view !== null && box !== null && box.y >= view.y && box.y < view.y + view.height;
  };
  await field.fill("22");
  // #22, and #220 to #229.
  await expect.poll(() => counter.textContent()).toBe("1 of 11");
  await expect.poll(() => inView("#229 ")).toBe(true);
  const marked = () =>
    ada.page.evaluate(() => [...(CSS.highlights.get("search-hits") ?? [])].map(String));
  await expect.poll(marked).toContain("22");
  expect(new Set(await marked())).toEqual(new Set(["22"]));
  await field.press("Enter");
  expect(await counter.textContent()).toBe("2 of 11");
  await field.press("Shift+Enter");
  await field.press("Shift+Enter");
  expect(await counter.textContent()).toBe("11 of 11");
  await expect.poll(() => inView("#22 ")).toBe(true);
  await boClient.mutate("messages:sendMessage", { conversationId: pair, content: "22 more" });
  await expect.poll(() => counter.textContent()).toBe("12 of 12");
  await field.fill("xyzzy");
  await expect.poll(() => counter.textContent()).toBe("No results");
  await field.press("Escape");
  await field.press("Escape");
  await bar.waitFor({ state: "detached" });
  expect(await composer(ada.page).evaluate((one) => one === document.activeElement)).toBe(true);
});

test("[B13] unread chats below the fold are told of at the edge of the list", async () => {
  await ada.page.setViewportSize({ width: 1280, height: 200 });
  await boClient.mutate("messages:sendMessage", { conversationId: pair, content: "Now above" });
  const edge = ada.page.getByRole("button", { name: "1 unread chat below" });
  expect(await edge.count()).toBe(0);
  await boClient.mutate("messages:sendMessage", { conversationId: group, content: "Fresh tea" });
  await conversationLink(ada.page, "Tea and cakes").getByText("unread").waitFor();
  await boClient.mutate("messages:sendMessage", { conversationId: pair, content: "Above again" });
  await edge.click();
  await edge.waitFor({ state: "detached" });
  expect(await conversationLink(ada.page, "Tea and cakes").isVisible()).toBe(true);
  await ada.page.setViewportSize({ width: 1280, height: 800 });
});

test("[B31] what one types before the palette has come is for the palette", async () => {
  const eve = await stage.person("Eve Early");
  const eveClient = new ParleyClient(stage.server.url, await tokenOf(eve));
  await eveClient.mutate("users:syncUser", {});
  const { page } = eve;
  const chat = await eveClient.conversationWith((await boClient.me()).clerkId);
  await page.goto(`/messages?conversationId=${encodeURIComponent(chat)}`);
  await composer(page).fill("kept");
  const files = await holdFiles(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("cyd");
  await page.keyboard.press("Enter");
  await expect.poll(files.held).toBeGreaterThan(0);
  files.letGo();
  const field = page.getByRole("dialog", { name: "Go to" }).getByRole("combobox");
  await field.waitFor();
  expect(await field.inputValue()).toBe("cyd");
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  expect(await composer(page).inputValue()).toBe("kept");
  expect(await eveClient.messages(chat)).toEqual([]);
  expect(eve.troubles).toEqual([]);
});

test("nothing in the console", () => {
  expect(ada.troubles).toEqual([]);
});

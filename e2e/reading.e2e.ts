// What one reads stays where it is, however much comes in around it.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import {
  articles,
  endWatch,
  firstInView,
  fromEnd,
  lastInView,
  log,
  watchFrames,
  wheel,
} from "./rig/log";
import { conversationHeading, conversationLink, message, send } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const GROUP = "Long history";
const READ = 5_400;
const UNREAD = 37;

let stage: Stage;
let ada: Person;
let boClient: ParleyClient;
let conversationId: string;
/** Numbered as the messages are: the next one to be sent. */
let next = 1;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  const token = await tokenOf(bo);
  boClient = new ParleyClient(stage.server.url, token);
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await boClient.mutate("users:syncUser", {});
  await adaClient.mutate("users:syncUser", {});
  const participantIds = [(await adaClient.me()).clerkId];
  const group = await boClient.mutate("conversations:createGroup", {
    groupName: GROUP,
    participantIds,
  });
  conversationId = group as string;
  await sendAll(stage.server.url, token, conversationId, texts(READ));
  await adaClient.mutate("messages:markConversationsAsRead", { conversationIds: [conversationId] });
  await sendAll(stage.server.url, token, conversationId, texts(UNREAD));
  await adaClient.conversationWith((await boClient.me()).clerkId);
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

function texts(count: number): string[] {
  return Array.from({ length: count }, () => {
    const number = next++;
    return `#${number} ${"A line that may be short or long. ".repeat(number % 7)}`;
  });
}
const say = () => boClient.mutate("messages:sendMessage", { conversationId, content: texts(1)[0] });
const address = (messageId = "") =>
  `/messages?conversationId=${encodeURIComponent(conversationId)}${messageId && `&messageId=${messageId}`}`;

/** Asks the server for the id of a message by its number. */
async function idOf(number: number): Promise<string> {
  const ask = (bounds: object) =>
    boClient.ask("messages:getMessagesBetween", {
      conversationId,
      from: "after",
      numItems: 100,
      ...bounds,
    }) as Promise<{ _id: string; seq: number; sentAt: number }[]>;
  let after = 0;
  for (;;) {
    const page = await ask({ after });
    const found = page.find(({ seq }) => seq === number);
    if (found) return found._id;
    after = page[page.length - 1]?.sentAt ?? Number.POSITIVE_INFINITY;
  }
}

test("[B6] a chat opens where its unread messages begin, in the upper third", async () => {
  await ada.page.goto(address());
  const divider = ada.page.getByRole("log").getByText(`${UNREAD} unread messages`);
  await divider.waitFor();
  const share = async () => {
    const view = await log(ada.page).boundingBox();
    return (((await divider.boundingBox())?.y ?? 0) - (view?.y ?? 0)) / (view?.height ?? 1);
  };
  await expect.poll(share).toBeGreaterThan(0);
  expect(await share()).toBeLessThan(1 / 3);
});

test("[B7] messages that come late do not move the divider", async () => {
  await say();
  await expect
    .poll(() => boClient.messages(conversationId).then(([newest]) => newest?.content))
    .toContain(`#${next - 1} `);
  await wheel(ada.page, -120);
  const below = await ada.page
    .getByRole("log")
    .getByText(`${UNREAD} unread messages`)
    .evaluate((divider) => {
      const row = divider.parentElement ?? divider;
      return /#\d+/.exec(row.querySelector("article")?.textContent ?? "")?.[0];
    });
  expect(below).toBe(`#${READ + 1}`);
});

test("[B3] older messages come in above without moving what one reads, from the very first time", async () => {
  await watchFrames(ada.page);
  for (let turns = 0; turns < 50; turns++) await wheel(ada.page, -400);
  const watch = await endWatch(ada.page);
  expect(watch).toMatchObject({ pushes: 0, leaps: 0, blanks: 0 });
  const first = watch.seen[0] ?? 0;
  expect(first).toBeLessThan(READ - 150);
  // Nothing left out, nothing twice.
  expect(watch.seen).toEqual(watch.seen.map((_, index) => first + index));
  expect(watch.mostMounted).toBeLessThan(200);
  await expect.poll(() => articles(ada.page).count()).toBeGreaterThanOrEqual(60);
});

test("[B1] [B2] twenty messages below, and changes above, move nothing", async () => {
  const held = await firstInView(ada.page);
  for (let index = 0; index < 20; index++) await say();
  const changed = await idOf(held.number - 2);
  await boClient.mutate("messages:toggleReaction", { messageId: changed, emoji: "🎉" });
  await log(ada.page).getByRole("button", { name: "🎉 1" }).waitFor({ state: "attached" });
  expect(await firstInView(ada.page)).toEqual(near(held));
  await boClient.mutate("messages:editMessage", {
    messageId: await idOf(held.number - 3),
    content: `edited ${"so that it is much longer than before ".repeat(30)}`,
  });
  await message(ada.page, "edited so that").waitFor({ state: "attached" });
  expect(await firstInView(ada.page)).toEqual(near(held));
  await boClient.mutate("messages:deleteMessages", { messageIds: [await idOf(held.number - 4)] });
  await message(ada.page, "This message was deleted").waitFor({ state: "attached" });
  expect(await firstInView(ada.page)).toEqual(near(held));
});

const near = (held: { number: number; top: number }) => ({
  number: held.number,
  top: expect.toSatisfy((top: number) => Math.abs(top - held.top) <= 1),
});

test("[B8] the way to the end says how much is new there, and leads there", async () => {
  const jump = ada.page.getByRole("button", { name: /^Jump to the newest messages/ });
  expect(await jump.getAttribute("aria-label")).toMatch(/\d+ new messages/);
  await jump.click();
  await message(ada.page, `#${next - 1} `).waitFor();
  await expect.poll(() => fromEnd(ada.page)).toBeLessThan(2);
  await jump.waitFor({ state: "detached" });
});

test("[B4] at the end new messages are followed, and a reaction scrolls nothing", async () => {
  await say();
  await message(ada.page, `#${next - 1} `).waitFor();
  await expect.poll(() => fromEnd(ada.page)).toBeLessThan(2);
  await wheel(ada.page, -60);
  const held = await lastInView(ada.page);
  await boClient.mutate("messages:toggleReaction", {
    messageId: await idOf(held.number - 9),
    emoji: "⚓",
  });
  await log(ada.page).getByRole("button", { name: "⚓ 1" }).waitFor({ state: "attached" });
  expect((await lastInView(ada.page)).number).toBe(held.number);
});

test("[B9] a chat that was left in the middle opens there again", async () => {
  for (let turns = 0; turns < 12; turns++) await wheel(ada.page, -600);
  const left = await firstInView(ada.page);
  await conversationLink(ada.page, "Bo Diddley").click();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await conversationLink(ada.page, GROUP).click();
  await conversationHeading(ada.page, GROUP).waitFor();
  await articles(ada.page).first().waitFor();
  await expect.poll(() => firstInView(ada.page)).toEqual(near(left));
  expect(await ada.page.getByRole("log").getByText("unread messages").count()).toBe(0);
});

test("[B12] a lower window keeps the lower edge", async () => {
  const size = ada.page.viewportSize() ?? { width: 1280, height: 800 };
  const before = await lastInView(ada.page);
  await ada.page.setViewportSize({ ...size, height: size.height - 250 });
  await expect.poll(async () => (await lastInView(ada.page)).number).toBe(before.number);
  await expect
    .poll(async () => Math.abs((await lastInView(ada.page)).px - before.px))
    .toBeLessThanOrEqual(1);
  await ada.page.setViewportSize(size);
});

test("[B5] one's own message leads to the end from anywhere", async () => {
  await send(ada, `#${next++} my answer`);
  await message(ada.page, "my answer").waitFor();
  await expect.poll(() => fromEnd(ada.page)).toBeLessThan(2);
});

test("[B11] a message 5,000 back opens in its place, and both ways from there are whole", async () => {
  const goal = READ - 5_000;
  await ada.page.goto(address(await idOf(goal)));
  await message(ada.page, `#${goal} `).waitFor();
  await expect
    .poll(async () => Math.abs((await firstInView(ada.page)).number - goal))
    .toBeLessThan(15);

  await watchFrames(ada.page);
  for (let turns = 0; turns < 30; turns++) await wheel(ada.page, -400);
  for (let turns = 0; turns < 60; turns++) await wheel(ada.page, 400);
  const watch = await endWatch(ada.page);
  expect(watch).toMatchObject({ pushes: 0, leaps: 0, blanks: 0 });
  const first = watch.seen[0] ?? 0;
  expect(first).toBeLessThan(goal - 130);
  expect(watch.seen.length).toBeGreaterThan(300);
  expect(watch.seen).toEqual(watch.seen.map((_, index) => first + index));

  await ada.page.getByRole("button", { name: /^Jump to the newest messages/ }).click();
  await message(ada.page, "my answer").waitFor();
  await expect.poll(() => fromEnd(ada.page)).toBeLessThan(2);
});

test("[B11] an address of a message that is not here opens the chat and says so", async () => {
  await ada.page.goto(address("nonsense"));
  await ada.page.getByRole("alert").getByText("That message is not in this chat.").waitFor();
  await message(ada.page, "my answer").waitFor();
});

test("[B14] the day stays in view while one reads in it", async () => {
  for (let turns = 0; turns < 4; turns++) await wheel(ada.page, -300);
  const view = await log(ada.page).boundingBox();
  const day = ada.page.getByText("Today", { exact: true }).last();
  await day.waitFor();
  const box = await day.boundingBox();
  expect((box?.y ?? 0) - (view?.y ?? 0)).toBeLessThan(30);
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

// What one knows of the others without asking: what is unread, who types, who is here.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { layCable } from "./rig/cable";
import { composer, conversationHeading, conversationLink, message } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let bo: Person;
let adaClient: ParleyClient;
let others: ParleyClient[];
let boClient: ParleyClient;
let withBo: string;
let group: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
  adaClient = await clientOf(ada);
  boClient = await clientOf(bo);
  others = [boClient];
  for (const name of ["Cy Twombly", "Di Prima"]) {
    others.push(await clientOf(await stage.person(name)));
  }
  withBo = await adaClient.conversationWith((await boClient.me()).clerkId);
  const participantIds = await Promise.all(others.map(async (one) => (await one.me()).clerkId));
  group = (await adaClient.mutate("conversations:createGroup", {
    groupName: "Everybody",
    participantIds,
  })) as string;
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

async function clientOf(person: Person): Promise<ParleyClient> {
  const client = new ParleyClient(stage.server.url, await tokenOf(person));
  await client.mutate("users:syncUser", {});
  return client;
}

const address = (conversationId: string) =>
  `/messages?conversationId=${encodeURIComponent(conversationId)}`;
const say = (client: ParleyClient, conversationId: string, content: string) =>
  client.mutate("messages:sendMessage", { conversationId, content }) as Promise<string>;

async function serverCount(): Promise<number> {
  const counts = (await adaClient.ask("conversations:getUnreadCounts", {})) as {
    unreadCount: number;
  }[];
  return counts.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
}

async function readEverything(): Promise<void> {
  await adaClient.mutate("messages:markConversationsAsRead", { conversationIds: [withBo, group] });
}

/** The sum of the badges in the list, and the number in the title. */
async function shownCounts(page: Page): Promise<{ list: number; title: number }> {
  const texts = await page
    .getByRole("navigation", { name: "Chats" })
    .getByRole("link")
    .allInnerTexts();
  const badges = texts.map((text) =>
    Number(/(\d+) unread messages? (?:from|in) /.exec(text)?.[1] ?? 0),
  );
  const title = Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0);
  return { list: badges.reduce((sum, count) => sum + count, 0), title };
}

test("[B52] what fits on the screen is read on opening, and the badge goes on every device", async () => {
  const context = await stage.browser.newContext({
    baseURL: stage.server.url,
    storageState: await ada.context.storageState(),
  });
  const second = await context.newPage();
  await second.goto("/messages");
  await ada.page.goto("/messages");
  await readEverything();
  await say(boClient, withBo, "one to read");
  await say(boClient, withBo, "two to read");
  for (const page of [ada.page, second]) {
    await expect.poll(() => shownCounts(page), { timeout: 10_000 }).toEqual({ list: 2, title: 2 });
  }
  await conversationLink(ada.page, "Bo").click();
  await message(ada.page, "two to read").waitFor();
  for (const page of [ada.page, second]) {
    await expect.poll(() => shownCounts(page), { timeout: 10_000 }).toEqual({ list: 0, title: 0 });
  }
  await context.close();
});

test("[B53] a tab that nobody sees marks nothing as read", async () => {
  const page = await ada.context.newPage();
  const marks: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (payload.toString().includes("markMessageAsRead")) marks.push(payload.toString());
    }),
  );
  await page.addInitScript(() => {
    const state = window as unknown as { isCovered: boolean };
    state.isCovered = true;
    Object.defineProperty(document, "visibilityState", {
      get: () => (state.isCovered ? "hidden" : "visible"),
    });
  });
  // The other tab must not be the one that reads.
  await ada.page.goto("/users");
  await readEverything();
  await page.goto(address(withBo));
  await composer(page).waitFor();
  await say(boClient, withBo, "seen by nobody");
  await message(page, "seen by nobody").waitFor();
  await say(boClient, withBo, "nor this");
  await message(page, "nor this").waitFor();
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  expect([marks.length, await serverCount()]).toEqual([0, 2]);
  await page.evaluate(() => {
    (window as unknown as { isCovered: boolean }).isCovered = false;
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(serverCount, { timeout: 10_000 }).toBe(0);
  expect(marks.length).toBeGreaterThan(0);
  await page.close();
});

test("[B56] neither own messages nor lines of the group count, and a deleted one counts no more", async () => {
  await ada.page.goto("/messages");
  await readEverything();
  const kept = await say(boClient, group, "to be kept");
  const gone = await say(boClient, group, "to be deleted");
  await expect
    .poll(() => shownCounts(ada.page), { timeout: 10_000 })
    .toEqual({ list: 2, title: 2 });
  await adaClient.mutate("groups:renameGroup", { conversationId: group, groupName: "All of us" });
  await boClient.mutate("messages:deleteMessages", { messageIds: [gone] });
  await conversationLink(ada.page, "All of us").waitFor();
  await expect
    .poll(() => shownCounts(ada.page), { timeout: 10_000 })
    .toEqual({ list: 1, title: 1 });
  await boClient.mutate("messages:deleteMessages", { messageIds: [kept] });
  await expect
    .poll(() => shownCounts(ada.page), { timeout: 10_000 })
    .toEqual({ list: 0, title: 0 });
  await say(adaClient, group, "from another device");
  await expect
    .poll(() => conversationLink(ada.page, "All of us").textContent(), { timeout: 10_000 })
    .toContain("from another device");
  expect(await shownCounts(ada.page)).toEqual({ list: 0, title: 0 });
});

test("[B55] badges, title and server agree after a thousand random events", async () => {
  const seed = Number(process.env.PARLEY_SEED ?? Date.now() % 1_000_000);
  const random = mulberry32(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  await ada.page.goto("/messages");
  await readEverything();
  const unreadIds: { id: string; client: ParleyClient }[] = [];
  const events = {
    async message() {
      const isToGroup = random() < 0.5;
      const client = isToGroup ? pick(others) : boClient;
      unreadIds.push({ id: await say(client, isToGroup ? group : withBo, "?"), client });
    },
    async own() {
      await say(adaClient, pick([withBo, group]), "!");
    },
    async read() {
      const one = unreadIds[Math.floor(random() * unreadIds.length)];
      if (one) await adaClient.mutate("messages:markMessageAsRead", { messageId: one.id });
    },
    async erase() {
      const [one] = unreadIds.splice(Math.floor(random() * unreadIds.length), 1);
      if (one) await one.client.mutate("messages:deleteMessages", { messageIds: [one.id] });
    },
    async unread() {
      await adaClient.mutate("conversations:markAsUnread", {
        conversationId: pick([withBo, group]),
      });
    },
    async event() {
      const groupName = `Group ${Math.floor(random() * 1e6)}`;
      await adaClient.mutate("groups:renameGroup", { conversationId: group, groupName });
    },
  };
  // Mostly messages; never so many unread that the screen says 99+.
  const kinds = ["message", "message", "message", "message", "read", "erase", "own", "unread"];
  for (let done = 0; done < 1_000; done++) {
    const kind = random() < 0.02 ? "event" : pick(kinds);
    await events[kind as keyof typeof events]();
    if (done % 40 === 39) {
      const total = await serverCount();
      await expect
        .poll(() => shownCounts(ada.page), { timeout: 10_000, message: `seed ${seed}, ${done}` })
        .toEqual({ list: total, title: total });
      if (total > 50) await readEverything();
    }
  }
}, 180_000);

test("[B57] typing is said sparingly, and ends when the field is emptied or the tab goes", async () => {
  const page = await bo.context.newPage();
  const signs: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      if (payload.toString().includes("setTypingState")) signs.push(payload.toString());
    }),
  );
  await page.clock.install();
  await page.goto(address(withBo));
  await conversationHeading(page, "Ada").waitFor();
  await ada.page.goto(address(withBo));
  await composer(ada.page).waitFor();
  const typing = ada.page
    .getByRole("log")
    .locator("..")
    .getByRole("status")
    .filter({ hasText: /typing/ });
  await composer(page).waitFor();
  const now = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(now + 1_000);
  // Thirty keys in three seconds of the writer's clock.
  for (let key = 0; key < 30; key++) {
    await composer(page).press("a");
    await page.clock.runFor(100);
  }
  await typing.first().waitFor();
  expect(signs.length).toBeGreaterThan(1);
  expect(signs.length).toBeLessThanOrEqual(10);
  await composer(page).fill("");
  await typing.first().waitFor({ state: "detached" });
  await composer(page).press("b");
  await typing.first().waitFor();
  await page.close({ runBeforeUnload: false });
  await typing.first().waitFor({ state: "detached" });
});

test("[B58] in a group it says who types and how many more, never oneself", async () => {
  await ada.page.goto(address(group));
  await composer(ada.page).waitFor();
  await composer(ada.page).press("x");
  await Promise.all(
    [...others, adaClient].map((one) =>
      one.mutate("typingStates:setTypingState", { conversationId: group }),
    ),
  );
  const line = ada.page.getByText(/ and 2 others are typing…/);
  await line.first().waitFor();
  expect(await line.first().textContent()).not.toContain("Ada");
  await composer(ada.page).fill("");
});

test("[B59] whoever is cut off without a word is not called active a minute later", async () => {
  const context = await stage.browser.newContext({
    baseURL: stage.server.url,
    storageState: await bo.context.storageState(),
  });
  await bo.page.close();
  const cable = await layCable(context);
  const killed = await context.newPage();
  await killed.goto("/messages");
  const page = await ada.context.newPage();
  await page.clock.install();
  await page.goto(address(withBo));
  await page.getByRole("main").getByText("Active now").waitFor();
  cable.cut();
  await page.clock.fastForward(60_000);
  await page.getByRole("main").getByText("Recently active").waitFor();
  expect(await page.getByRole("main").getByText("Active now").count()).toBe(0);
  await page.close();
  await context.close();
});

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

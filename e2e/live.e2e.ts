// What arrives and what one sends: drawn once, said once, in the order of the server.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { wheel } from "./rig/log";
import { composer, conversationLink, message, send, tick } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const HISTORY = 300;
const CLOCK_OFF_MS = 10 * 60_000;
const LOG_NODES_MAX = 1_500;
const LAYOUT_SHIFT_MAX = 0.02;

let stage: Stage;
let ada: Person;
let bo: Person;
let boClient: ParleyClient;
let adaClient: ParleyClient;
let group: string;
let pair: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
  const boToken = await tokenOf(bo);
  adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  boClient = new ParleyClient(stage.server.url, boToken);
  await adaClient.mutate("users:syncUser", {});
  await boClient.mutate("users:syncUser", {});
  const boId = (await boClient.me()).clerkId;
  group = (await adaClient.mutate("conversations:createGroup", {
    groupName: "Sunday walk",
    participantIds: [boId],
  })) as string;
  pair = await adaClient.conversationWith(boId);
  const texts = Array.from(
    { length: HISTORY },
    (_, number) => `walk ${number}, ${"on ".repeat(9)}`,
  );
  await sendAll(stage.server.url, boToken, group, texts);
  // Read, so that it opens at its end.
  await adaClient.mutate("messages:markConversationsAsRead", { conversationIds: [group] });
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const address = (id: string) => `/messages?conversationId=${encodeURIComponent(id)}`;
const say = (conversationId: string, content: string) =>
  boClient.mutate("messages:sendMessage", { conversationId, content });

/** Keeps what is put into the part of the page that assistive technology speaks. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const spoken: string[] = [];
    const place = document.querySelector('[aria-live="polite"][aria-relevant="additions"]');
    if (place === null) throw new Error("Nothing here speaks.");
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) spoken.push(node.textContent ?? "");
      }
    }).observe(place, { childList: true, subtree: true, characterData: true });
    Object.assign(window, { spoken });
  });
  return () => page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
}

test("[B85] what others say is spoken once as it arrives; history, own words and ticks are not", async () => {
  const { page } = ada;
  await page.goto(address(group));
  await message(page, `walk ${HISTORY - 1},`).waitFor();
  const log = page.getByRole("log", { name: "Messages" });
  expect(await log.getAttribute("aria-live")).toBe("off");
  const spoken = await listen(page);
  await Promise.all([say(group, "who comes?"), say(group, "bring tea")]);
  await message(page, "bring tea").waitFor();
  await send(ada, "I do");
  await tick(page, "I do", "Sent").waitFor();
  await bo.page.goto(address(group));
  await tick(page, "I do", "Read").waitFor();
  const [newest] = await boClient.messages(group);
  await boClient.mutate("messages:toggleReaction", { messageId: newest?._id, emoji: "👍" });
  await message(page, "I do").getByRole("button", { name: "👍 1" }).waitFor();
  await say(group, "at noon");
  await message(page, "at noon").waitFor();
  await expect
    .poll(async () => (await spoken()).toSorted())
    .toEqual(["Bo Diddley: at noon", "Bo Diddley: bring tea", "Bo Diddley: who comes?"]);
  // Older history comes in above without a word, to its very beginning.
  await expect
    .poll(async () => {
      await wheel(page, -20_000);
      return await message(page, "walk 0,").count();
    })
    .toBe(1);
  expect(await spoken()).toHaveLength(3);
});

test("[B88] a badge is read once, with how many messages from whom", async () => {
  const { page } = ada;
  await page.goto(address(group));
  await message(page, "at noon").waitFor();
  for (const text of ["one", "two", "three"]) await say(pair, text);
  const link = conversationLink(page, "Bo Diddley");
  await link.getByText("3 unread messages from Bo Diddley").waitFor();
  const session = await page.context().newCDPSession(page);
  const { root } = await session.send("DOM.getDocument");
  const { nodes } = await session.send("Accessibility.queryAXTree", {
    backendNodeId: root.backendNodeId,
    role: "link",
    accessibleName: "Bo Diddley",
  });
  const said = nodes.map(({ name, description }) => ({
    name: name?.value as unknown,
    badge: String(description?.value).match(/\d+ unread messages? from Bo Diddley/g),
    digits: String(description?.value).match(/3/g)?.length,
  }));
  const time = await link.getByRole("time").textContent();
  const digits = 1 + (time?.match(/3/g)?.length ?? 0);
  expect(said).toEqual([
    { name: "Bo Diddley", badge: ["3 unread messages from Bo Diddley"], digits },
  ]);
  await session.detach();
  await link.click();
  await message(page, "three").waitFor();
  await say(group, "from here");
  await conversationLink(page, "Sunday walk")
    .getByText(/1 unread message in Sunday walk/)
    .waitFor();
});

test("[B43] one's own message is there two frames after Enter with a clock, then sent, then read", async () => {
  const { page } = ada;
  await page.goto(address(pair));
  await message(page, "three").waitFor();
  await composer(page).fill("quick as that");
  await page.evaluate(() => {
    const seen = { frames: -1, tick: "" as string | null };
    Object.assign(window, { seen });
    const look = (frame: number) => {
      const row = [...document.querySelectorAll("[role=log] article")].find((article) =>
        article.textContent?.includes("quick as that"),
      );
      if (row) {
        seen.frames = frame;
        seen.tick = row.querySelector("[role=img]")?.getAttribute("aria-label") ?? null;
      } else if (frame < 120) requestAnimationFrame(() => look(frame + 1));
    };
    window.addEventListener("keydown", () => requestAnimationFrame(() => look(1)), { once: true });
  });
  await composer(page).press("Enter");
  await tick(page, "quick as that", "Sent").waitFor();
  const seen = await page.evaluate(() => (window as unknown as { seen: object }).seen);
  expect(seen).toEqual({
    frames: expect.toSatisfy((n: number) => n === 1 || n === 2),
    tick: "Sending",
  });
  await bo.page.goto(address(pair));
  await tick(page, "quick as that", "Read").waitFor();
});

test("[B17] a device whose clock is ten minutes wrong changes no order", async () => {
  const device = await stage.visitor("Ada's other device", {
    storageState: await ada.context.storageState(),
  });
  await device.page.addInitScript((offMs) => {
    const Right = Date;
    class Wrong extends Right {
      constructor(...parts: []) {
        if (parts.length > 0) super(...parts);
        else super(Right.now() + offMs);
      }
      static override now = () => Right.now() + offMs;
    }
    globalThis.Date = Wrong as DateConstructor;
  }, CLOCK_OFF_MS);
  await device.page.goto(address(pair));
  await message(device.page, "quick as that").waitFor();
  await send(device, "early 1");
  await tick(device.page, "early 1", "Sent")
    .or(tick(device.page, "early 1", "Read"))
    .waitFor();
  await say(pair, "then 2");
  await message(device.page, "then 2").waitFor();
  await send(device, "early 3");
  await tick(device.page, "early 3", "Sent")
    .or(tick(device.page, "early 3", "Read"))
    .waitFor();
  await say(pair, "then 4");
  const lastFour = async (page: Page) => {
    const rows = page.getByRole("log", { name: "Messages" }).getByRole("article");
    const texts = (await rows.allInnerTexts()).map((text) => /(early|then) \d/.exec(text)?.[0]);
    return texts.slice(-4);
  };
  for (const page of [device.page, ada.page, bo.page]) {
    await expect.poll(() => lastFour(page)).toEqual(["early 1", "then 2", "early 3", "then 4"]);
  }
  await device.page.close();
});

test("[B23] a chat that opens moves nothing that is already seen", async () => {
  const { page } = ada;
  await page.goto(address(pair));
  await message(page, "then 4").waitFor();
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: "layout-shift" });
  });
  await conversationLink(page, "Sunday walk").click();
  await message(page, "from here").waitFor();
  await page.getByRole("log").hover();
  await page.mouse.wheel(0, -2_000);
  await message(page, "walk 280,").waitFor();
  const shift = await page.evaluate(() =>
    (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
  );
  expect(shift).toBeLessThan(LAYOUT_SHIFT_MAX);
});

test("[B94] however long a chat, the log has few elements", async () => {
  const { page } = ada;
  const count = () => page.getByRole("log").evaluate((log) => log.querySelectorAll("*").length);
  const counts: number[] = [];
  await expect
    .poll(
      async () => {
        await page.getByRole("log").evaluate((log) => log.scrollTo({ top: 0 }));
        counts.push(await count());
        return await message(page, "walk 0,").count();
      },
      { timeout: 30_000 },
    )
    .toBe(1);
  counts.push(await count());
  // Far more than what is in view, so that the page can be searched and listened to.
  expect(Math.max(...counts)).toBeGreaterThan(LOG_NODES_MAX / 10);
  expect(Math.max(...counts)).toBeLessThanOrEqual(LOG_NODES_MAX);
});

interface Fiber {
  type: unknown;
  flags: number;
  child: Fiber | null;
  sibling: Fiber | null;
  return: Fiber | null;
  alternate: Fiber | null;
  stateNode: Element;
}

/**
 * Counts what React draws, by the hook that its own developer tools use: a part of the tree that React
 * has passed over is the same as before, and a component that has run carries the flag for it.
 */
function countRenders(): void {
  const PERFORMED_WORK = 1;
  const counts: Record<string, number> = {};
  const visit = (fiber: Fiber | null): void => {
    for (let one = fiber; one !== null; one = one.sibling) {
      if (one.type === "article" || one.type === "li") {
        let owner = one.return;
        while (owner && typeof owner.type === "string") owner = owner.return;
        const hasRun = owner !== null && (owner.flags & PERFORMED_WORK) !== 0;
        const text = one.stateNode.textContent ?? "";
        const isInList = one.stateNode.closest("nav") !== null;
        const key = `${isInList ? "row" : String(one.type)}: ${text.slice(0, 40)}`;
        if (hasRun) counts[key] = (counts[key] ?? 0) + 1;
      }
      if (one.child !== one.alternate?.child) visit(one.child);
    }
  };
  Object.assign(window, {
    renders: counts,
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberRoot: (_: number, root: { current: Fiber }) => visit(root.current),
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
    },
  });
}

test("a message that arrives draws its row and no other, and typing draws none", async () => {
  const device = await stage.visitor("Ada's counting device", {
    storageState: await ada.context.storageState(),
  });
  const { page } = device;
  await page.addInitScript(countRenders);
  await page.goto(address(group));
  await message(page, "from here").waitFor();
  const renders = () =>
    page.evaluate(() => ({ ...(window as unknown as { renders: object }).renders }));
  const settled = async () => {
    // Whatever is still on its way, like read marks, has come when the count stands still.
    let before = "";
    await expect
      .poll(
        async () => {
          const now = JSON.stringify(await renders());
          const isStill = now === before;
          before = now;
          return isStill;
        },
        { interval: 400, timeout: 15_000 },
      )
      .toBe(true);
  };
  const forget = () =>
    page.evaluate(() => {
      const { renders } = window as unknown as { renders: Record<string, number> };
      for (const key of Object.keys(renders)) delete renders[key];
    });
  await settled();
  await forget();
  await say(group, "the new row");
  await message(page, "the new row").waitFor();
  await settled();
  const drawn = Object.keys(await renders()).filter((key) => key.startsWith("article"));
  expect(drawn.some((key) => key.includes("the new row"))).toBe(true);
  // The one above may lose its corner to it.
  expect(drawn.filter((key) => !/the new row|from here/.test(key))).toEqual([]);

  await composer(page).focus();
  await settled();
  await forget();
  await page.keyboard.type("words that are typed and not sent");
  await settled();
  expect(Object.keys(await renders()).filter((key) => !key.startsWith("row"))).toEqual([]);
  await composer(page).fill("");
  await page.close();
});

test("[B95] nothing of it complained, and nobody else was asked", () => {
  expect({ ada: ada.troubles, bo: bo.troubles }).toEqual({ ada: [], bo: [] });
});

// What was seen before is there again before the server has answered, and without it.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { type Cable, layCable } from "./rig/cable";
import { composer, conversationLink, isAtSignIn, message, signIn, signOut } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, signUpOverHttp, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let cable: Cable;
let boToken: string;
let adaClient: ParleyClient;
let withBo: string;
let withCy: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.visitor("Ada Lovelace");
  await signUpOverHttp(ada, stage.server.url);
  cable = await layCable(ada.context);
  adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await adaClient.mutate("users:syncUser", {});
  const [bo, cy] = [await stage.person("Bo Diddley"), await stage.person("Cy Twombly")];
  boToken = await tokenOf(bo);
  const boClient = new ParleyClient(stage.server.url, boToken);
  const cyClient = new ParleyClient(stage.server.url, await tokenOf(cy));
  await boClient.mutate("users:syncUser", {});
  await cyClient.mutate("users:syncUser", {});
  withBo = await adaClient.conversationWith((await boClient.me()).clerkId);
  withCy = await adaClient.conversationWith((await cyClient.me()).clerkId);
  const { url } = stage.server;
  const texts = Array.from({ length: 140 }, (_, index) => `line ${index}.`);
  await sendAll(url, boToken, withBo, texts);
  await sendAll(url, await tokenOf(cy), withCy, ["cy one.", "cy two."]);
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const address = (conversationId: string) =>
  `/messages?conversationId=${encodeURIComponent(conversationId)}`;

/** Opens both chats and waits until what they show has been written down. */
async function seeBoth(page: Page, newest = "line 139."): Promise<void> {
  await readAll(withBo);
  await page.goto(address(withBo));
  await message(page, newest).waitFor();
  await conversationLink(page, "Cy").click();
  await message(page, "cy two.").waitFor();
  await conversationLink(page, "Bo").click();
  await message(page, newest).waitFor();
  for (const id of [withBo, withCy])
    await expect.poll(() => keptKeys(page)).toContain(`chat:${id}`);
  await expect.poll(() => keptKeys(page)).toContain("list");
}

async function readAll(conversationId: string): Promise<void> {
  const [newest] = await adaClient.messages(conversationId);
  await adaClient.mutate("messages:markMessageAsRead", { messageId: newest?._id });
}

/** The keys of all copies in the browser, of whomever; `null` when there is no such database. */
function keptKeys(page: Page): Promise<string[] | null> {
  return page.evaluate(async () => {
    const all = await indexedDB.databases();
    if (!all.some(({ name }) => name === "parley-offline")) return null;
    return new Promise<string[] | null>((resolve, reject) => {
      const open = indexedDB.open("parley-offline");
      // It went since it was listed: looking for it must not make it anew.
      open.onupgradeneeded = () => open.transaction?.abort();
      open.onerror = () => (open.error?.name === "AbortError" ? resolve(null) : reject(open.error));
      open.onsuccess = () => {
        const database = open.result;
        const keys = database.transaction("heads").objectStore("heads").getAllKeys();
        keys.onsuccess = () => {
          database.close();
          resolve(keys.result.map((key) => (key as string[])[1] ?? ""));
        };
      };
    });
  });
}

test("[B44] [B45] without a server the recent chats are there, and what one writes waits for it", async () => {
  const { page } = ada;
  await seeBoth(page);
  cable.cut();
  // The identity service is as far away as the rest.
  await ada.context.route(/\/api\/auth\//, (route) => route.abort());
  await page.reload();
  await message(page, "line 139.").waitFor();
  await conversationLink(page, "Cy").click();
  await message(page, "cy two.").waitFor();
  await composer(page).fill("written into the void");
  await composer(page).press("Enter");
  const written = message(page, "written into the void");
  await written.getByRole("img", { name: "Sending", exact: true }).waitFor();
  await page
    .getByRole("status")
    .filter({ hasText: /^(Offline|Reconnecting)/ })
    .waitFor();
  // A copy is there to be read: it offers nothing that a mutation would have to name.
  expect(await message(page, "cy two.").getByRole("button").count()).toBe(0);

  await ada.context.unroute(/\/api\/auth\//);
  cable.mend();
  await written.getByRole("img", { name: "Sent", exact: true }).waitFor({ timeout: 40_000 });
  await message(page, "cy two.").getByRole("button").first().waitFor({ state: "attached" });
  expect((await adaClient.messages(withCy)).map(({ content }) => content)).toEqual([
    "written into the void",
    "cy two.",
    "cy one.",
  ]);
});

test("a change of chat shows the copy in the same frame, and the answer moves nothing", async () => {
  const page = await ada.context.newPage();
  let isHeld = false;
  const held: (() => void)[] = [];
  await page.routeWebSocket(/\/convex\/api\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      if (isHeld) held.push(() => socket.send(frame));
      else socket.send(frame);
    });
  });
  await seeBoth(page);
  await conversationLink(page, "Cy").click();
  await message(page, "cy two.").waitFor();
  isHeld = true;
  await page.evaluate(() => {
    const seen = window as unknown as { frames: number | null; tops: number[] };
    seen.frames = null;
    seen.tops = [];
    const log = () => document.querySelector('[role="log"]');
    const last = () => [...(log()?.querySelectorAll("article") ?? [])].at(-1);
    addEventListener(
      "click",
      () => {
        let frames = 0;
        const look = () => {
          frames++;
          const shown = last();
          if (shown?.textContent?.includes("line 139.")) {
            seen.frames ??= frames;
            seen.tops.push(Math.round(shown.getBoundingClientRect().top));
          } else if (seen.frames !== null) seen.tops.push(-1);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      { once: true },
    );
  });
  await conversationLink(page, "Bo").click();
  await message(page, "line 139.").waitFor();
  await expect.poll(() => held.length).toBeGreaterThan(0);
  isHeld = false;
  for (const release of held.splice(0)) release();
  // Only the live log can be acted on.
  await message(page, "line 139.").getByRole("button").first().waitFor({ state: "attached" });
  const seen = await page.evaluate(() => {
    const { frames, tops } = window as unknown as { frames: number; tops: number[] };
    return { frames, tops };
  });
  expect(seen.frames).toBeLessThanOrEqual(3);
  expect(new Set(seen.tops).size).toBe(1);
  await page.close();
});

test("what has come since a copy was made opens at its first unread message", async () => {
  const { page } = ada;
  await seeBoth(page);
  await page.goto("/users");
  await sendAll(
    stage.server.url,
    boToken,
    withBo,
    Array.from({ length: 50 }, (_, index) => `since ${index}.`),
  );
  await page.goto(address(withBo));
  await page.getByRole("log").getByText("50 unread messages").waitFor();
  await message(page, "since 0.").waitFor();
  const isInView = () =>
    message(page, "since 0.").evaluate((element) => {
      const box = element.getBoundingClientRect();
      return box.top > 0 && box.bottom < innerHeight;
    });
  await expect.poll(isInView).toBe(true);
});

test("signing out leaves no copy behind, also for whoever signs in next", async () => {
  const { page } = ada;
  await seeBoth(page, "since 49.");
  await signOut(ada);
  await isAtSignIn(page);
  await expect.poll(() => keptKeys(page)).toBeNull();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("Lovelace");
  await signIn(ada);
  await page.waitForURL(/messages/);
  await conversationLink(page, "Bo").waitFor();
});

import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import {
  composer,
  conversationHeading,
  conversationLink,
  mainNavigation,
  message,
  openConversationWith,
  send,
} from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let stage: Stage;
let ada: Person;
let bo: Person;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace", PHONE);
  bo = await stage.person("Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  await send(bo, `a long word: ${"Donaudampfschifffahrt".repeat(12)}`);
  await send(bo, "hello phone");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test("the list and the chat take the whole screen in turn, and Back leads back", async () => {
  await ada.page.goto("/messages");
  const list = ada.page.getByRole("navigation", { name: "Chats" });
  await conversationLink(ada.page, "Bo Diddley").click();
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await message(ada.page, "hello phone").waitFor();
  await list.waitFor({ state: "hidden" });

  await ada.page.getByRole("button", { name: "Back", exact: true }).click();
  await list.waitFor();
  await composer(ada.page).waitFor({ state: "hidden" });

  await conversationLink(ada.page, "Bo Diddley").click();
  await composer(ada.page).waitFor();
  await ada.page.goBack();
  await list.waitFor();
});

test("[B93] the bottom navigation is there on the list and on people, and leaves a chat the screen", async () => {
  await ada.page.goto("/messages");
  const isAtBottom = async () => {
    const box = await mainNavigation(ada.page).boundingBox();
    return box !== null && box.y > 844 / 2 && box.y + box.height <= 844 + 1;
  };
  await expect.poll(isAtBottom).toBe(true);
  await mainNavigation(ada.page).getByRole("link", { name: "People" }).click();
  await ada.page.getByRole("searchbox", { name: "Search people" }).waitFor();
  await expect.poll(isAtBottom).toBe(true);
  await mainNavigation(ada.page).getByRole("link", { name: "Chats" }).click();
  await conversationLink(ada.page, "Bo Diddley").click();
  await composer(ada.page).waitFor();
  await mainNavigation(ada.page).waitFor({ state: "hidden" });
  const box = await composer(ada.page).boundingBox();
  expect(box && box.y + box.height).toBeGreaterThan(844 - 40);
  await ada.page.getByRole("button", { name: "Back", exact: true }).click();
  await mainNavigation(ada.page).waitFor();
});

test("the phone talks too", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await send(ada, "from the phone");
  await message(bo.page, "from the phone").waitFor();
  await send(bo, "to the phone");
  await message(ada.page, "to the phone").waitFor();
});

/** How many pixels the page can be moved sideways. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

test("nothing is wider than the smallest phone", async () => {
  await ada.page.setViewportSize({ width: 320, height: 640 });
  const wide: string[] = [];
  const check = async (place: string) => {
    const pixels = await overflow(ada.page);
    if (pixels > 0) wide.push(`${place}: ${pixels} px`);
  };
  await ada.page.goto("/messages");
  await conversationLink(ada.page, "Bo Diddley").waitFor();
  await check("list");
  await conversationLink(ada.page, "Bo Diddley").click();
  await message(ada.page, "hello phone").waitFor();
  await check("chat");
  // What does not fit must be cut, and not push what stands beside it off the screen.
  const client = new ParleyClient(stage.server.url, await tokenOf(ada));
  const { clerkId: otherId } = await new ParleyClient(stage.server.url, await tokenOf(bo)).me();
  const groupName = "A perfectly ordinary but rather long name for a group of friends";
  const group = await client.mutate("conversations:createGroup", {
    ...{ groupName, participantIds: [otherId] },
  });
  await ada.page.goto(`/messages?conversationId=${encodeURIComponent(String(group))}`);
  const button = ada.page.getByRole("button", { name: "Send", exact: true });
  await button.waitFor();
  const box = await button.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(320);
  await ada.page.goto("/users");
  await ada.page.getByRole("searchbox", { name: "Search people" }).waitFor();
  await check("people");
  const visitor = await stage.visitor("Eve Adams", { viewport: { width: 320, height: 640 } });
  for (const path of ["/sign-in", "/sign-up"]) {
    await visitor.page.goto(path);
    await visitor.page.getByLabel("Email", { exact: true }).waitFor();
    const pixels = await overflow(visitor.page);
    if (pixels > 0) wide.push(`${path}: ${pixels} px`);
  }
  expect(wide).toEqual([]);
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

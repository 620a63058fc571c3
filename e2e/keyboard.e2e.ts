// Parley without a mouse, from signing in on, and on a screen that is zoomed to twice its size.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import {
  composer,
  conversationHeading,
  conversationLink,
  mainNavigation,
  message,
  openActions,
  tick,
} from "./rig/screen";
import { openStage, PASSWORD, type Person, type Stage, signUpOverHttp, tokenOf } from "./rig/stage";

const TABS_MAX = 30;
const CONTRAST_MIN = 4.5;

let stage: Stage;
let ada: Person;
let bo: Person;
let pair: string;

beforeAll(async () => {
  stage = await openStage();
  bo = await stage.person("Bo Diddley");
  ada = await stage.visitor("Ada Lovelace");
  await signUpOverHttp(ada, stage.server.url);
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  const boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  await adaClient.mutate("users:syncUser", {});
  await boClient.mutate("users:syncUser", {});
  pair = await boClient.conversationWith((await adaClient.me()).clerkId);
  await boClient.mutate("messages:sendMessage", { conversationId: pair, content: "hello" });
  await ada.context.clearCookies();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

/** Presses Tab until something of that name has the focus, and checks that each stop is seen. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press("Tab");
    const { text, isSeen } = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement;
      const labelledBy = focused.getAttribute("aria-labelledby");
      const text =
        focused.getAttribute("aria-label") ??
        (labelledBy && document.getElementById(labelledBy)?.textContent) ??
        (focused as HTMLInputElement).labels?.[0]?.textContent ??
        focused.textContent ??
        "";
      // Some draw the ring around themselves, some around the box that they stand in.
      const boxes = [focused, focused.parentElement, focused.parentElement?.parentElement];
      const isSeen = boxes.some((box) => {
        if (!box) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(box);
        const hasRing = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
        return hasRing || (box.matches(":focus-within") && boxShadow !== "none");
      });
      return { text, isSeen };
    });
    expect({ text, isSeen }).toEqual({ text, isSeen: true });
    if (name.test(text)) return;
  }
  throw new Error(`Tab does not lead to ${name}.`);
}

test("[B86] by keys alone: sign in, open a chat, send, react, edit and delete", async () => {
  const { page } = ada;
  const { keyboard } = page;
  /** A menu moves its focus in a task of its own. */
  const isAt = (name: string) =>
    page.getByRole("menuitem", { name }).and(page.locator(":focus")).waitFor();
  await page.goto("/sign-in");
  await page.getByLabel("Email", { exact: true }).waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await tabTo(page, /^Email/);
  await keyboard.type(ada.email);
  await tabTo(page, /^Password/);
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await conversationLink(page, "Bo Diddley").waitFor();

  await tabTo(page, /^Bo Diddley/);
  await keyboard.press("Enter");
  await conversationHeading(page, "Bo Diddley").waitFor();
  await message(page, "hello").waitFor();
  await keyboard.type("by hand");
  await keyboard.press("Enter");
  await tick(page, "by hand", "Sent").waitFor();

  await keyboard.press("Shift+Tab");
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  const menu = page.getByRole("menu");
  const holdsFocus = () =>
    expect
      .poll(() => menu.evaluate((element) => element.contains(document.activeElement)))
      .toBe(true);
  await holdsFocus();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await message(page, "hello").getByRole("button", { name: "👍 1" }).waitFor();
  await menu.waitFor({ state: "detached" });

  // From the button of the menu, where the focus is again.
  await message(page, "hello")
    .getByRole("button", { name: "Message actions" })
    .and(page.locator(":focus"))
    .waitFor();
  await message(page, "by hand").focus();
  await keyboard.press("Enter");
  await holdsFocus();
  await keyboard.type("ed");
  await isAt("Edit");
  await keyboard.press("Enter");
  await page.getByText("Editing").waitFor();
  await composer(page).and(page.locator(":focus")).waitFor();
  await keyboard.type(" and edited");
  await keyboard.press("Enter");
  await message(page, "by hand and edited").waitFor();

  await message(page, "by hand and edited").focus();
  await keyboard.press("Enter");
  // Opened again, it stands at its first entry; before that, keys would be overtaken.
  await menu.getByRole("menuitem").and(page.locator(":focus")).waitFor();
  await keyboard.press("End");
  await isAt("Delete");
  await keyboard.press("Enter");
  const question = page.getByRole("alertdialog");
  await question.waitFor();
  await tabTo(page, /^Delete/);
  await keyboard.press("Enter");
  await question.waitFor({ state: "detached" });
  await message(page, "by hand and edited").waitFor({ state: "detached" });
});

/** How many pixels the page can be moved sideways. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const [name, viewport] of [
  ["zoomed to 200 %", { width: 640, height: 400 }],
  ["320 px wide", { width: 320, height: 480 }],
] as const) {
  test(`[B89] ${name} everything can still be reached and done`, async () => {
    const device = await stage.visitor(`Bo ${name}`, {
      viewport,
      deviceScaleFactor: 2,
      storageState: await bo.context.storageState(),
    });
    const { page } = device;
    const wide: string[] = [];
    for (const path of [
      "/messages",
      "/users",
      "/settings",
      "/settings/account",
      "/settings/look",
    ]) {
      await page.goto(path);
      await mainNavigation(page).waitFor();
      await page.getByRole("heading").first().waitFor();
      await page.waitForLoadState("networkidle");
      if ((await overflow(page)) > 0) wide.push(path);
    }
    expect(wide).toEqual([]);
    await page.goto("/messages");
    await mainNavigation(page).getByRole("button", { name: "Profile" }).click();
    // A click scrolls to what it is for, and fails where nothing leads to it.
    const leave = page.getByRole("dialog").getByRole("button", { name: "Sign out" });
    await leave.scrollIntoViewIfNeeded();
    const box = await leave.boundingBox();
    expect(box && box.y >= 0 && box.y + box.height <= viewport.height).toBe(true);
    await page.keyboard.press("Escape");
    await conversationLink(page, "Ada Lovelace").click();
    await message(page, "hello").waitFor();
    const text = `from ${name}`;
    await composer(page).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await message(page, text).waitFor();
    await tick(page, text, "Sent")
      .or(tick(page, text, "Read"))
      .waitFor();
    await openActions(page, text);
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await message(page, text).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Emoji", exact: true }).click();
    const picker = await page.getByRole("dialog", { name: "Emoji" }).boundingBox();
    expect(picker && picker.y >= 0 && picker.x >= 0).toBe(true);
    expect(picker && picker.x + picker.width <= viewport.width).toBe(true);
    await page.keyboard.press("Escape");
    expect(await overflow(page)).toBe(0);
    expect(device.troubles).toEqual([]);
    await page.close();
  });
}

test("[B89] ticks and times stand out from their bubble in both themes", async () => {
  const { page } = bo;
  await page.goto(`/messages?conversationId=${encodeURIComponent(pair)}`);
  await composer(page).fill("seen well");
  await page.keyboard.press("Enter");
  await tick(page, "seen well", "Sent")
    .or(tick(page, "seen well", "Read"))
    .waitFor();
  const faint: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const found = await message(page, "seen well").evaluate((article) => {
      const canvas = document.createElement("canvas").getContext("2d", {
        willReadFrequently: true,
      });
      const rgb = (color: string): number[] => {
        if (!canvas) return [0, 0, 0];
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
      };
      const light = (color: string) => {
        const [r, g, b] = rgb(color).map((part) => {
          const share = part / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        }) as [number, number, number];
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = (element: Element): string => {
        const { backgroundColor } = getComputedStyle(element);
        const isClear = /, 0\)$|transparent|\/ 0\)$/.test(backgroundColor);
        return isClear && element.parentElement ? ground(element.parentElement) : backgroundColor;
      };
      return ["[role=img] svg", "time"].map((place) => {
        const element = article.querySelector(place);
        if (!element) return { place, contrast: 0 };
        const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
        return { place, contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
      });
    });
    for (const { place, contrast } of found) {
      if (contrast < CONTRAST_MIN) faint.push(`${colorScheme} ${place}: ${contrast.toFixed(2)}`);
    }
  }
  expect(faint).toEqual([]);
});

test("[B93] on touch no field zooms the page, and the composer stays above the keyboard", async () => {
  const device = await stage.visitor("Bo's phone", {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    storageState: await bo.context.storageState(),
  });
  const { page } = device;
  await page.goto(`/messages?conversationId=${encodeURIComponent(pair)}`);
  await message(page, "seen well").waitFor();
  const meta = await page.locator('meta[name="viewport"]').getAttribute("content");
  expect(meta).toContain("viewport-fit=cover");
  expect(meta).toContain("interactive-widget=resizes-content");
  const small = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("input, textarea, select")]
        .map((field) => Number.parseFloat(getComputedStyle(field).fontSize))
        .filter((size) => size < 16),
    );
  expect(await small()).toEqual([]);
  await composer(page).focus();
  // What the keyboard leaves of the page.
  await page.setViewportSize({ width: 390, height: 480 });
  const bottom = async () => {
    const box = await composer(page).boundingBox();
    return box ? box.y + box.height : 0;
  };
  await expect.poll(bottom).toBeLessThanOrEqual(480);
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await message(page, "seen well").waitFor();
  await page.goto("/messages");
  await conversationLink(page, "Ada Lovelace").waitFor();
  expect(await small()).toEqual([]);
  await page.close();
});

test("[B95] nothing of it complained", () => {
  // Without a session the first visit to the sign-in page is all that is asked.
  expect({ ada: ada.troubles, bo: bo.troubles }).toEqual({ ada: [], bo: [] });
});

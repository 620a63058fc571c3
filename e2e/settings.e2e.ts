// One's own rules: what is chosen holds here, on the other device, and over a reload.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, mainNavigation, message, openConversationWith } from "./rig/screen";
import { openStage, type Person, type Stage, signInOverHttp, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let bo: Person;
/** Ada's second device. */
let other: Person;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
  other = await stage.visitor("Ada Lovelace");
  await signInOverHttp(other, stage.server.url);
  await other.page.goto("/messages");
  await mainNavigation(other.page).waitFor();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

async function openSection(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name }).click();
  await page.getByRole("heading", { name, level: 2 }).waitFor();
}

const theme = (page: Page) =>
  page.evaluate(() => (document.documentElement.classList.contains("dark") ? "dark" : "light"));

test("the profile panel leads to the settings, whose heading takes the focus", async () => {
  await ada.page.getByRole("button", { name: "Profile", exact: true }).click();
  await ada.page.getByRole("dialog").getByRole("link", { name: "Settings" }).click();
  await ada.page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
  await openSection(ada.page, "Appearance");
  expect(await ada.page.evaluate(() => document.activeElement?.textContent)).toBe("Appearance");
});

test("[B92] theme and text size hold at once, on the other device, and from the first paint", async () => {
  await ada.page.goto("/settings/look");
  await ada.page.getByRole("radio", { name: "Dark", exact: true }).check();
  await ada.page.getByRole("radio", { name: "Large", exact: true }).check();
  expect(await theme(ada.page)).toBe("dark");
  await expect.poll(() => theme(other.page)).toBe("dark");
  const size = (page: Page) =>
    page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  await expect.poll(() => size(other.page)).toBeGreaterThan(18);

  // Before any of the page's own code has run, the first paint has both already.
  await other.context.route("**/_next/static/chunks/**", (route) =>
    route.request().resourceType() === "script" ? route.abort() : route.continue(),
  );
  await other.page.goto("/messages");
  expect([await theme(other.page), (await size(other.page)) > 18]).toEqual(["dark", true]);
  const colors = await other.page.evaluate(() => ({
    scheme: getComputedStyle(document.documentElement).colorScheme,
    ground: getComputedStyle(document.documentElement).backgroundColor,
  }));
  expect(colors.scheme).toBe("dark");
  await other.context.unroute("**/_next/static/chunks/**");
  other.troubles.length = 0;
  await other.page.reload();

  await ada.page.getByRole("radio", { name: "Normal", exact: true }).check();
  await ada.page.getByRole("radio", { name: "System", exact: true }).check();
  await expect.poll(() => theme(other.page)).toBe("light");
  await other.page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => theme(other.page)).toBe("dark");
  await other.page.emulateMedia({ colorScheme: "light" });
  await expect.poll(() => theme(other.page)).toBe("light");
});

test("the Enter key does what was chosen", async () => {
  await ada.page.goto("/settings/writing");
  await ada.page.getByRole("switch", { name: "Enter sends" }).uncheck();
  await openConversationWith(ada, "Bo Diddley");
  await composer(ada.page).fill("first line");
  await composer(ada.page).press("Enter");
  await composer(ada.page).pressSequentially("second line");
  expect(await composer(ada.page).inputValue()).toBe("first line\nsecond line");
  await composer(ada.page).press("Control+Enter");
  await message(ada.page, "second line").waitFor();
  await ada.page.goto("/settings/writing");
  await ada.page.getByRole("switch", { name: "Enter sends" }).check();
});

test("what is not shared is kept by the functions", async () => {
  await ada.page.goto("/settings/privacy");
  const lastSeen = ada.page.getByRole("switch", { name: "When I was last here" });
  await lastSeen.uncheck();
  const client = new ParleyClient(stage.server.url, await tokenOf(ada));
  await expect
    .poll(async () => (await client.ask("settings:getSettings", {})) as object)
    .toMatchObject({ sharesLastSeen: false, sharesTyping: true, sharesReceipts: true });
  await lastSeen.check();
});

test("somebody who was blocked can be unblocked", async () => {
  const client = new ParleyClient(stage.server.url, await tokenOf(ada));
  const boId = (await new ParleyClient(stage.server.url, await tokenOf(bo)).me()).clerkId;
  await client.mutate("users:blockUser", { userId: boId });
  await ada.page.goto("/settings/blocked");
  await ada.page.getByRole("button", { name: "Unblock Bo Diddley" }).click();
  await ada.page.getByText("You have blocked nobody").waitFor();
  expect(await client.ask("users:getBlockedUsers", {})).toEqual([]);
});

test("on a phone the sections and the open one take the screen in turn", async () => {
  await ada.page.setViewportSize({ width: 390, height: 844 });
  await ada.page.goto("/settings");
  const sections = ada.page.getByRole("navigation", { name: "Sections" });
  await openSection(ada.page, "Privacy");
  expect(await sections.count()).toBe(0);
  await ada.page.getByRole("button", { name: "All settings" }).click();
  await sections.waitFor();
  await openSection(ada.page, "Language");
  await ada.page.goBack();
  await sections.waitFor();
  await ada.page.setViewportSize({ width: 1280, height: 800 });
});

test("nothing of it complained", () => {
  expect([...ada.troubles, ...other.troubles]).toEqual([]);
});

import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { holdFiles, isAtSignIn, mainNavigation, signIn } from "./rig/screen";
import { openStage, PASSWORD, type Person, type Stage } from "./rig/stage";

let stage: Stage;
let owner: Person;
beforeAll(async () => {
  stage = await openStage({ PARLEY_SIGNUP: "invite" });
  owner = await stage.person("Olga Owner");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

async function openRoom({ page }: Person, name: string): Promise<void> {
  await page.getByRole("button", { name: "Profile", exact: true }).click();
  await page.getByRole("link", { name: "Server", exact: true }).click();
  await page.getByRole("heading", { name: "Server", exact: true }).waitFor();
  await page.getByRole("tab", { name }).click();
}

const account = (page: Page, name: string) =>
  page.getByRole("list", { name: "Accounts" }).getByRole("listitem").filter({ hasText: name });

async function act(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Says yes to what is asked before the act. */
async function confirm(page: Page, button: string): Promise<void> {
  await page.getByRole("alertdialog").getByRole("button", { name: button, exact: true }).click();
}

/** Signs up by an invitation that the owner makes on the page. */
async function invite(name: string): Promise<Person> {
  const { page } = owner;
  await openRoom(owner, "Invitations");
  await page.getByRole("button", { name: "Make an invitation" }).click();
  const notice = page.getByRole("status").filter({ hasText: "can sign up" });
  const link = (await notice.getByText(/^http/).textContent()) ?? "";
  const guest = await stage.visitor(name);
  await guest.page.goto(link);
  await guest.page.getByLabel("Name", { exact: true }).fill(name);
  await guest.page.getByLabel("Email", { exact: true }).fill(guest.email);
  await guest.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await guest.page.getByRole("button", { name: "Sign up", exact: true }).click();
  await mainNavigation(guest.page).waitFor();
  return guest;
}

test("an invitation lets one person in, is listed and can be revoked", async () => {
  await invite("Ivy Invited");
  const { page } = owner;
  const list = page.getByRole("list", { name: "Invitations" });
  await page.getByRole("tab", { name: "People" }).click();
  await account(page, "Ivy Invited")
    .getByText(/^Last here /)
    .waitFor();
  await page.getByRole("tab", { name: "Invitations" }).click();
  await list.getByText("1 of 1 used").waitFor();
  await page.getByLabel("For how many people").fill("5000");
  await page.getByRole("button", { name: "Make an invitation" }).click();
  await page.getByRole("alert").filter({ hasText: "Between 1 and 1,000" }).waitFor();
  await page.getByLabel("For how many people").fill("5");
  await page.getByRole("button", { name: "Make an invitation" }).click();
  await list.getByRole("button", { name: /^Revoke/ }).click();
  await list.getByText("revoked").waitFor();
  expect(owner.troubles).toEqual([]);
});

test("somebody is suspended on every screen at once, restored, and deleted", async () => {
  const mel = await invite("Mel Member");
  const { page } = owner;
  await page.getByRole("tab", { name: "People" }).click();
  await page.getByRole("searchbox").fill("mel.mem");
  await account(page, "Olga Owner").waitFor({ state: "detached" });
  await act(page, "Mel Member", "Suspend");
  await page.getByRole("alertdialog", { name: "Suspend Mel Member?" }).waitFor();
  await confirm(page, "Suspend");
  await account(page, "Mel Member").getByText("Suspended").waitFor();
  await isAtSignIn(mel.page);
  // Why, and once.
  await mel.page.getByRole("alert").filter({ hasText: "on hold" }).waitFor();
  await mel.page.reload();
  await mel.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(await mel.page.getByText("on hold").count()).toBe(0);
  await signIn(mel);
  await mel.page.getByRole("alert").filter({ hasText: "on hold" }).waitFor();

  await act(page, "Mel Member", "Restore");
  await account(page, "Mel Member").getByText("Suspended").waitFor({ state: "detached" });
  await signIn(mel);
  await mainNavigation(mel.page).waitFor();

  await act(page, "Mel Member", "Delete account");
  await confirm(page, "Delete");
  await account(page, "Mel Member").waitFor({ state: "detached" });
  await isAtSignIn(mel.page);
});

test("a reset link is handed out, an admin is made, and all of it is in the log", async () => {
  const ada = await invite("Ada Admin");
  const { page } = owner;
  // For members there is no such page, and no way to it.
  await ada.page.goto("/admin");
  await ada.page.getByText("There is nothing here").waitFor();
  await page.getByRole("tab", { name: "People" }).click();
  await act(page, "Ada Admin", "Link for a new password");
  const notice = page.getByRole("status").filter({ hasText: "chooses a new password" });
  const link = (await notice.getByText(/^http/).textContent()) ?? "";
  await ada.page.goto(link);
  await ada.page.getByLabel("New password").fill("battery staple");
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await ada.page.getByText("Your password is changed").waitFor();

  await act(page, "Ada Admin", "Make an admin");
  await account(page, "Ada Admin").getByText("Admin", { exact: true }).waitFor();
  await signIn(ada, "battery staple");
  await mainNavigation(ada.page).waitFor();
  await openRoom(ada, "People");
  await act(ada.page, "Olga Owner", "Suspend");
  await confirm(ada.page, "Suspend");
  await ada.page.getByRole("alert").filter({ hasText: "not allowed" }).waitFor();

  await page.getByRole("tab", { name: "Log" }).click();
  const log = page.getByRole("list", { name: "Log" });
  await log.getByText("Olga Owner changed the role of Ada Admin (admin)").waitFor();
  // The room is in the address: it is still open after a reload.
  await page.reload();
  await log.getByText("Olga Owner changed the role of Ada Admin (admin)").waitFor();
  // Whose name it is says the address, and the name leads to the account.
  const entry = log.getByRole("listitem").filter({ hasText: "changed the role of Ada Admin" });
  await entry.getByText(ada.email).waitFor();
  await entry.getByRole("link", { name: "Ada Admin" }).click();
  await account(page, "Ada Admin").waitFor();
  await account(page, "Olga Owner").waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "Figures" }).click();
  await page.getByText("Open connections").waitFor();
  await page.getByText(/\d (kB|MB)/).waitFor();
});

test("the last owner cannot step down", async () => {
  await openRoom(owner, "People");
  await act(owner.page, "Olga Owner", "Make a member");
  await owner.page.getByRole("alertdialog", { name: "Give up your role?" }).waitFor();
  await confirm(owner.page, "Make a member");
  await owner.page.getByRole("alert").filter({ hasText: "last owner" }).waitFor();
  await owner.page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await owner.page.getByRole("alertdialog").waitFor({ state: "detached" });
});

test("[B70] [B87] on a phone Back closes the menu and the question, and the focus is where it was", async () => {
  await invite("Pia Phone");
  const { page } = owner;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/settings");
  await page.goto("/admin");
  const button = page.getByRole("button", { name: "Actions for Pia Phone" });
  const hasSteps = (count: number) =>
    expect
      .poll(() => page.evaluate(() => (history.state as { parleySheets?: number })?.parleySheets))
      .toBe(count || undefined);
  const isFocused = () =>
    expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);

  await button.click();
  await page.getByRole("menu").waitFor();
  await hasSteps(1);
  await page.goBack();
  await page.getByRole("menu").waitFor({ state: "detached" });
  await isFocused();

  for (const leave of ["Back", "Escape"]) {
    await act(page, "Pia Phone", "Suspend");
    const question = page.getByRole("alertdialog", { name: "Suspend Pia Phone?" });
    await question.waitFor();
    await hasSteps(1);
    if (leave === "Back") await page.goBack();
    else await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    await isFocused();
    await hasSteps(0);
  }
  expect(new URL(page.url()).pathname).toBe("/admin");
  await page.goBack();
  await expect.poll(() => new URL(page.url()).pathname).toBe("/settings");
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("[B24] a room of the admin page whose code is long in coming has its shape meanwhile", async () => {
  const { page } = owner;
  await openRoom(owner, "People");
  await account(page, "Olga Owner").waitFor();
  const files = await holdFiles(page);
  await page.getByRole("tab", { name: "Figures" }).click();
  await page.getByRole("tabpanel").getByRole("progressbar").waitFor();
  expect(files.held()).toBeGreaterThan(0);
  files.letGo();
  await page.getByRole("tabpanel").getByRole("progressbar").waitFor({ state: "detached" });
  await page.getByRole("tabpanel").getByText("Open connections").waitFor();
});

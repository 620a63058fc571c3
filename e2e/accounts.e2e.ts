import { base32 } from "@better-auth/utils/base32";
import { createOTP } from "@better-auth/utils/otp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isAtSignIn, mainNavigation, signIn, signOut, signUp } from "./rig/screen";
import { openStage, PASSWORD, type Stage } from "./rig/stage";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test("a person signs up, signs out and signs in again", async () => {
  const ada = await stage.visitor("Ada Lovelace");
  await signUp(ada);
  await ada.page.waitForURL("**/messages");
  await mainNavigation(ada.page).waitFor();

  await signOut(ada);
  await isAtSignIn(ada.page);
  await ada.page.goto("/messages");
  await isAtSignIn(ada.page);

  await signIn(ada);
  await ada.page.waitForURL("**/messages**");
  await mainNavigation(ada.page).waitFor();
  expect(ada.troubles).toEqual([]);
});

test("signing out ends every other browser of that session at once", async () => {
  const eve = await stage.person("Eve Arden");
  // The same session in a browser that shares nothing else: no tab channel, a live socket, a good token.
  const storageState = await eve.context.storageState();
  const copy = await stage.visitor("Eve Copy", { storageState });
  await copy.page.goto("/messages");
  await copy.page.getByRole("navigation", { name: "Main" }).waitFor();
  await copy.page.getByRole("button", { name: "New group" }).waitFor();

  await signOut(eve);
  await isAtSignIn(copy.page);
});

test("a wrong password is refused in words, and what was typed stays", async () => {
  const bo = await stage.visitor("Bo Diddley");
  await signUp(bo);
  await bo.page.waitForURL("**/messages");
  await signOut(bo);
  await isAtSignIn(bo.page);

  await signIn(bo, `${PASSWORD}!`);
  const alert = bo.page.getByRole("alert").filter({ hasText: /\w/ });
  await alert.waitFor();
  expect(await alert.textContent()).not.toMatch(/undefined|null|\{|Error:/);
  expect(await bo.page.getByLabel("Email", { exact: true }).inputValue()).toBe(bo.email);
  expect(new URL(bo.page.url()).pathname).toBe("/sign-in");

  await signIn(bo);
  await mainNavigation(bo.page).waitFor();
});

test("an e-mail address that is taken is refused in words", async () => {
  const first = await stage.person("Cleo Laine");
  const second = await stage.visitor("Cleo Laine");
  await signUp(second);
  const alert = second.page.getByRole("alert").filter({ hasText: /\w/ });
  await alert.waitFor();
  expect(await second.page.getByLabel("Name", { exact: true }).inputValue()).toBe("Cleo Laine");
  expect(new URL(second.page.url()).pathname).toBe("/sign-up");
  expect(await first.context.request.get("/api/auth/token").then((r) => r.status())).toBe(200);
});

test("the sign-in page leads to the sign-up page and back", async () => {
  const dan = await stage.visitor("Dan Brown");
  await dan.page.goto("/sign-in");
  await dan.page.getByRole("link", { name: /sign up|create/i }).click();
  await dan.page.getByRole("button", { name: "Sign up", exact: true }).waitFor();
  await dan.page.getByRole("link", { name: /sign in/i }).click();
  await dan.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(dan.troubles).toEqual([]);
});

test("an account with two factors asks for the code, or for a recovery code", async () => {
  const fay = await stage.person("Fay Wray");
  const api = fay.context.request;
  const origin = stage.server.url;
  const ask = async (path: string, data: object) =>
    (await api.post(`/api/auth/${path}`, { data, headers: { origin } })).json();
  const { totpURI, backupCodes } = await ask("two-factor/enable", { password: PASSWORD });
  const secret = secretOf(totpURI);
  await ask("two-factor/confirm", { code: await createOTP(secret).totp() });

  for (const way of ["code", "recovery code"] as const) {
    const browser = await stage.visitor("Fay Wray");
    await signIn(browser);
    const { page } = browser;
    await page.getByLabel("Code", { exact: true }).fill("000000");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("alert").filter({ hasText: "That code is not right" }).waitFor();
    if (way === "code") {
      await page.getByLabel("Code", { exact: true }).fill(await createOTP(secret).totp());
    } else {
      await page.getByRole("button", { name: "Use a recovery code" }).click();
      await page.getByLabel("Recovery code").fill(backupCodes[0]);
    }
    await page.getByRole("button", { name: "Continue" }).click();
    await mainNavigation(page).waitFor();
  }
});

test("a page that cannot do what it is for says so at once", async () => {
  const { page } = await stage.visitor("Lost Link");
  await page.goto("/forgot-password");
  await page.getByText("This server sends no email").waitFor();
  for (const path of ["/reset-password", "/verify-email?token="]) {
    await page.goto(path);
    await page.getByText("This link is incomplete").waitFor();
    expect(await page.getByRole("main").locator("form").count()).toBe(0);
  }
});

test("a forgotten password is replaced by the link that an owner hands out", async () => {
  const gus = await stage.person("Gus Grissom");
  const { id } = await (await gus.context.request.get("/api/auth/account")).json();
  const visitor = await stage.visitor("Gus Grissom");
  const { page } = visitor;
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("heading", { name: "A new password" }).waitFor();
  await page.getByText("This server sends no email").waitFor();

  // Ada, in the first test, was the first to sign up here.
  const owner = await stage.visitor("Ada Lovelace");
  await signIn(owner);
  await mainNavigation(owner.page).waitFor();
  const answer = await owner.context.request.post("/api/auth/admin/reset-link", {
    data: { userId: id },
    headers: { origin: stage.server.url },
  });
  const { link } = await answer.json();
  const { pathname, search } = new URL(link);
  await page.goto(`${pathname}${search}`);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByRole("alert").filter({ hasText: "too short" }).waitFor();
  await page.getByLabel("New password").fill("battery staple");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Your password is changed").waitFor();
  // Whoever was signed in with the old one is not any more.
  await isAtSignIn(gus.page);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await signIn(visitor, "battery staple");
  await mainNavigation(page).waitFor();
});

/** What an authenticator program reads out of the picture. */
function secretOf(totpUri: string): string {
  const encoded = new URL(totpUri).searchParams.get("secret") ?? "";
  return new TextDecoder().decode(base32.decode(encoded));
}

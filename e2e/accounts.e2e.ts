import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mainNavigation, signIn, signOut, signUp } from "./rig/screen";
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
  await ada.page.waitForURL("**/sign-in**");
  await ada.page.goto("/messages");
  await ada.page.waitForURL("**/sign-in**");

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
  await copy.page.waitForURL("**/sign-in**");
});

test("a wrong password is refused in words, and what was typed stays", async () => {
  const bo = await stage.visitor("Bo Diddley");
  await signUp(bo);
  await bo.page.waitForURL("**/messages");
  await signOut(bo);
  await bo.page.waitForURL("**/sign-in**");

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

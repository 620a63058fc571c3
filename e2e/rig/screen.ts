// Parley's screens by the names that assistive technology sees; no class name, no test id.
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { PASSWORD, type Person } from "./stage";

export function mainNavigation(page: Page): Locator {
  return page.getByRole("navigation", { name: "Main" });
}

export async function signUp(person: Person, password = PASSWORD): Promise<void> {
  const { page } = person;
  await page.goto("/sign-up");
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
}

export async function signIn(person: Person, password = PASSWORD): Promise<void> {
  const { page } = person;
  await page.goto("/sign-in");
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export async function signOut(person: Person): Promise<void> {
  const { page } = person;
  const profile = page
    .getByRole("button", { name: "Profile", exact: true })
    .or(page.getByRole("link", { name: "Profile", exact: true }));
  await profile.click();
  const signOutItem = page
    .getByRole("button", { name: "Sign out", exact: true })
    .or(page.getByRole("menuitem", { name: "Sign out", exact: true }));
  await signOutItem.click();
}

/** The row of a person on the people page. */
export function personRow(page: Page, name: string): Locator {
  return page.getByRole("list", { name: "People" }).getByRole("listitem").filter({ hasText: name });
}

/** Goes by People to the conversation with somebody and waits until it is open. */
export async function openConversationWith(person: Person, name: string): Promise<void> {
  const { page } = person;
  await mainNavigation(page).getByRole("link", { name: "People" }).click();
  await personRow(page, name).getByRole("button").first().click();
  await conversationHeading(page, name).waitFor();
  await composer(page).waitFor();
}

export function conversationHeading(page: Page, name: string): Locator {
  return page.getByRole("heading", { name });
}

/** The entry of a conversation in the list. */
export function conversationLink(page: Page, name: string): Locator {
  return page
    .getByRole("navigation", { name: "Chats" })
    .getByRole("link", { name: new RegExp(name) });
}

export function composer(page: Page): Locator {
  return page.getByRole("textbox", { name: "Message", exact: true });
}

export async function send(person: Person, text: string): Promise<void> {
  await composer(person.page).fill(text);
  await person.page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The message with this text, in the open conversation. */
export function message(page: Page, text: string): Locator {
  return page.getByRole("log", { name: "Messages" }).getByRole("article").filter({ hasText: text });
}

export function tick(
  page: Page,
  text: string,
  name: "Sending" | "Sent" | "Read" | "Failed",
): Locator {
  return message(page, text).getByRole("img", { name, exact: true });
}

/** Opens the actions of a message; a menu that appears on hover is reached by hovering, as with a mouse. */
export async function openActions(page: Page, text: string): Promise<void> {
  await message(page, text).hover();
  await message(page, text).getByRole("button", { name: "Message actions" }).click();
}

/** Resolves at the sign-in page, however many ways led there: of two navigations one is broken off. */
export async function isAtSignIn(page: Page): Promise<void> {
  await expect.poll(() => new URL(page.url()).pathname, { timeout: 20_000 }).toBe("/sign-in");
}

/** Keeps back the files of the app that a page asks for from now on, until they are let go. */
export async function holdFiles(page: Page) {
  let held = 0;
  let letGo: () => void = () => undefined;
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route("**/_next/static/**", async (route) => {
    held += 1;
    await isFree;
    await route.continue();
  });
  return { held: () => held, letGo };
}

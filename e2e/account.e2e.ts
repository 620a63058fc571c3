import { readFile } from "node:fs/promises";
import { base32 } from "@better-auth/utils/base32";
import { createOTP } from "@better-auth/utils/otp";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { layCable } from "./rig/cable";
import {
  isAtSignIn,
  mainNavigation,
  message,
  openConversationWith,
  personRow,
  send,
  signIn,
} from "./rig/screen";
import { openStage, PASSWORD, type Person, type Stage } from "./rig/stage";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  // The first to sign up owns the server.
  await stage.person("Olga Owner");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const alert = (page: Page, text: string) => page.getByRole("alert").filter({ hasText: text });

async function openAccount({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: "Profile", exact: true }).click();
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await page.getByRole("heading", { name: "Account", exact: true }).waitFor();
  await part(page, "Name").waitFor();
}

test("a name is changed and shows at once, also to others", async () => {
  const ann = await stage.person("Ann Boleyn");
  const other = await stage.person("Jane Seymour");
  await other.page.goto("/users");
  await other.page.getByRole("list", { name: "People" }).getByText("Ann Boleyn").waitFor();
  await openAccount(ann);
  await press(ann.page, "Change name");
  await ann.page.getByRole("textbox", { name: "Name" }).fill("Anne Boleyn");
  // The status line below has a button of the same name.
  await part(ann.page, "Name").getByRole("button", { name: "Save" }).click();
  await part(ann.page, "Name").getByText("Anne Boleyn").waitFor();
  await other.page.getByRole("list", { name: "People" }).getByText("Anne Boleyn").waitFor();
  await ann.page.getByRole("button", { name: "Profile", exact: true }).click();
  await ann.page.getByRole("dialog", { name: "Anne Boleyn" }).waitFor();
  expect(ann.troubles).toEqual([]);
});

test("a picture is chosen, seen by others, and removed", async () => {
  const pat = await stage.person("Pat Picture");
  const eye = await stage.person("Eye Witness");
  await eye.page.goto("/users");
  await personRow(eye.page, "Pat Picture").waitFor();
  await openAccount(pat);
  const chooser = pat.page.getByLabel("Picture file");
  const picture = part(pat.page, "Picture");
  await chooser.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("no") });
  await alert(pat.page, "cannot read that").waitFor();
  const buffer = await pat.page.screenshot();
  await chooser.setInputFiles({ name: "a.png", mimeType: "image/png", buffer });
  await picture.getByRole("button", { name: "Remove picture" }).waitFor();
  const seen = personRow(eye.page, "Pat Picture").locator("img");
  await seen.waitFor();
  expect(await seen.evaluate((image: HTMLImageElement) => image.decode())).toBeUndefined();
  await press(pat.page, "Remove picture");
  await seen.waitFor({ state: "detached" });
  expect([...pat.troubles, ...eye.troubles]).toEqual([]);
});

test("a status line is read by others, in the list and above the chat", async () => {
  const sea = await stage.person("Sea Captain");
  const mate = await stage.person("First Mate");
  await openConversationWith(mate, "Sea Captain");
  await openAccount(sea);
  await sea.page.getByLabel("Status").fill("Back on Monday");
  await sea.page.getByRole("button", { name: "Save", exact: true }).click();
  await mate.page.getByText("Back on Monday").waitFor();
  await mate.page.goto("/users");
  await personRow(mate.page, "Sea Captain").getByText("Back on Monday").waitFor();
  expect(sea.troubles).toEqual([]);
});

test("a password is changed, and other devices are signed out", async () => {
  const cat = await stage.person("Catherine Howard");
  const phone = await stage.visitor("Catherine Howard");
  await signIn(phone);
  await mainNavigation(phone.page).waitFor();
  const secondTab = await cat.context.newPage();
  await secondTab.goto("/users");
  await secondTab.getByRole("heading", { name: "People" }).waitFor();

  await openAccount(cat);
  await press(cat.page, "Change password");
  await cat.page.getByLabel("Current password").fill("wrong horse battery");
  await cat.page.getByLabel("New password").fill("battery staple");
  await part(cat.page, "Password").getByRole("button", { name: "Change password" }).click();
  await alert(cat.page, "Your current password is not right").waitFor();
  const current = cat.page.getByLabel("Current password");
  await expect.poll(() => current.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await current.getAttribute("aria-invalid")).toBe("true");
  await cat.page.getByLabel("Current password").fill(PASSWORD);
  await part(cat.page, "Password").getByRole("button", { name: "Change password" }).click();
  await cat.page.getByRole("status").filter({ hasText: "Your password is changed" }).waitFor();
  await isAtSignIn(phone.page);
  // The other tab of the same browser goes on, with the new session.
  await secondTab.getByRole("list", { name: "People" }).getByText("Olga Owner").waitFor();
  await signIn(phone, "battery staple");
  await mainNavigation(phone.page).waitFor();
});

test("an address is changed with the password", async () => {
  const kit = await stage.person("Kit Marlowe");
  await openAccount(kit);
  await press(kit.page, "Change email");
  await kit.page.getByLabel("New email").fill("marlowe@example.org");
  await part(kit.page, "Email").getByRole("button", { name: "Change email" }).click();
  await alert(kit.page, "Enter your password").waitFor();
  await kit.page.getByLabel("Your password").fill(PASSWORD);
  await part(kit.page, "Email").getByRole("button", { name: "Change email" }).click();
  await part(kit.page, "Email").getByText("marlowe@example.org").waitFor();
});

test("two factors are turned on with what the page shows, asked for, and turned off", async () => {
  const tom = await stage.person("Thomas Wyatt");
  const { page } = tom;
  await openAccount(tom);
  await press(page, "Turn on");
  await page.getByLabel("Your password").fill(PASSWORD);
  await press(page, "Continue");
  const listed = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await listed.first().waitFor();
  const codes = await listed.allTextContents();
  expect(codes.length).toBeGreaterThanOrEqual(8);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("parley-recovery-codes.txt");
  await press(page, "I have kept them");
  await page.getByRole("img", { name: "Picture for an authenticator app" }).waitFor();
  const key = (await page.getByText(/^[A-Z2-7]{16,}$/).textContent()) ?? "";
  const otp = createOTP(new TextDecoder().decode(base32.decode(key)));
  await page.getByLabel("Code", { exact: true }).fill("000000");
  await part(page, "Two-factor sign-in").getByRole("button", { name: "Turn on" }).click();
  await alert(page, "That code is not right").waitFor();
  await page.getByLabel("Code", { exact: true }).fill(await otp.totp());
  await part(page, "Two-factor sign-in").getByRole("button", { name: "Turn on" }).click();
  await page.getByRole("status").filter({ hasText: "Two-factor sign-in is on" }).waitFor();

  const phone = await stage.visitor("Thomas Wyatt");
  await signIn(phone);
  // Out of sight, as for looking the code up, a phone may load the page anew.
  await phone.page.getByRole("heading", { name: "One more step" }).waitFor();
  await phone.page.reload();
  await phone.page.getByRole("button", { name: "Use a recovery code" }).click();
  await phone.page.getByLabel("Recovery code").fill(codes[0] ?? "");
  await press(phone.page, "Continue");
  await mainNavigation(phone.page).waitFor();

  await press(page, "Turn off");
  await page.getByLabel("Your password").fill(PASSWORD);
  await part(page, "Two-factor sign-in").getByRole("button", { name: "Turn off" }).click();
  await page.getByRole("status").filter({ hasText: "Two-factor sign-in is off" }).waitFor();
});

test("a passkey is added, renamed, signs in, and is removed", async () => {
  const pia = await stage.person("Pia Post");
  const { page } = pia;
  const devtools = await pia.context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  await openAccount(pia);
  await press(page, "Add a passkey");
  await page.getByRole("textbox", { name: "Name" }).fill("My laptop");
  await press(page, "Add");
  const passkeys = page.getByRole("list", { name: "Passkeys" });
  await press(page, "Rename: My laptop");
  await passkeys.getByRole("textbox", { name: "Name" }).fill("Pia's laptop");
  await passkeys.getByRole("button", { name: "Save" }).click();
  await passkeys.getByText("Pia's laptop").waitFor();

  await page.getByRole("button", { name: "Profile", exact: true }).click();
  await press(page, "Sign out");
  await isAtSignIn(page);
  await press(page, "Sign in with a passkey");
  await mainNavigation(page).waitFor();
  expect(await page.evaluate(() => location.pathname)).toBe("/messages");

  await openAccount(pia);
  await press(page, "Remove: Pia's laptop");
  await page.getByRole("list", { name: "Passkeys" }).waitFor({ state: "detached" });
});

test("another device is signed out from afar", async () => {
  const dot = await stage.person("Dot Parker");
  const phone = await stage.visitor("Dot Parker");
  await signIn(phone);
  await mainNavigation(phone.page).waitFor();
  await openAccount(dot);
  const devices = dot.page.getByRole("list", { name: "Devices" });
  await devices.getByText("This device").waitFor();
  await devices.getByRole("button", { name: /^Sign out/ }).click();
  await isAtSignIn(phone.page);
  await devices.getByRole("button").waitFor({ state: "detached" });
});

test("one's own data is saved in one file, without what others wrote", async () => {
  const may = await stage.person("May Sarton");
  const lou = await stage.person("Lou Andreas");
  await openConversationWith(may, "Lou Andreas");
  await send(may, "From May");
  await openConversationWith(lou, "May Sarton");
  await send(lou, "From Lou");
  await message(may.page, "From Lou").waitFor();
  await openAccount(may);
  const download = may.page.waitForEvent("download");
  await press(may.page, "Save my data");
  const text = await readFile((await (await download).path()) ?? "", "utf8");
  const data = JSON.parse(text);
  expect(data.account).toMatchObject({ name: "May Sarton", email: may.email, passkeys: [] });
  expect(data.conversations).toMatchObject([
    { name: "Lou Andreas", isGroup: false, messages: [{ content: "From May" }] },
  ]);
  expect(text).not.toContain("From Lou");
  expect(may.troubles).toEqual([]);
});

test("an account's end waits for nothing that its pages still had to say", async () => {
  const rob = await stage.person("Rob Roy");
  const cable = await layCable(rob.context);
  await rob.page.reload();
  await openAccount(rob);
  const questions: string[] = [];
  rob.page.on("dialog", async (dialog) => {
    questions.push(dialog.type());
    await dialog.dismiss();
  });
  cable.holdMutations();
  await rob.page.getByLabel("Status").fill("Never said");
  await rob.page.getByRole("button", { name: "Save", exact: true }).click();
  await press(rob.page, "Delete my account");
  await rob.page.getByLabel("Your password").fill(PASSWORD);
  await press(rob.page, "Delete for good");
  await isAtSignIn(rob.page);
  await rob.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(questions).toEqual([]);
});

test("an account is deleted with the password, but not the last owner's", async () => {
  const del = await stage.person("Del Shannon");
  await openAccount(del);
  await press(del.page, "Delete my account");
  await del.page.getByLabel("Your password").fill(PASSWORD);
  await press(del.page, "Delete for good");
  await isAtSignIn(del.page);
  await signIn(del);
  await alert(del.page, "do not match").waitFor();

  const owner = await stage.visitor("Olga Owner");
  await signIn(owner);
  await mainNavigation(owner.page).waitFor();
  await openAccount(owner);
  await part(owner.page, "Delete my account").getByText("last owner").waitFor();
});

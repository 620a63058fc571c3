import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  type ArrivedMail,
  openSmtpStandIn,
  type SmtpStandIn,
} from "../server/stand-ins/smtp-stand-in";
import { isAtSignIn, mainNavigation, signIn, signOut, signUp } from "./rig/screen";
import { openStage, PASSWORD, type Person, type Stage } from "./rig/stage";

let stage: Stage;
let post: SmtpStandIn;
beforeAll(async () => {
  post = await openSmtpStandIn();
  stage = await openStage({ SMTP_URL: post.url, MAIL_FROM: "Parley <parley@example.org>" });
});
afterAll(async () => {
  await stage.close();
  await post.close();
});
beforeEach((context) => stage.watch(context));

const alert = (page: Page, text: string) => page.getByRole("alert").filter({ hasText: text });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** The path and query of the one link in a mail. */
function linkIn(mail: ArrivedMail | undefined): string {
  const url = new URL(/https?:\/\/\S+\?token=\S+/.exec(mail?.text ?? "")?.[0] ?? "");
  return `${url.pathname}${url.search}`;
}

/** Signs up and confirms the address. */
async function join(name: string): Promise<Person> {
  const person = await stage.visitor(name);
  await signUp(person);
  const [mail] = await post.arrived(person.email, 1);
  await person.page.goto(linkIn(mail));
  await press(person.page, "Confirm");
  await mainNavigation(person.page).waitFor();
  return person;
}

test("an address is confirmed by a mail, which can be sent again, before the account opens", async () => {
  const vera = await stage.visitor("Vera Fy");
  await signUp(vera);
  await vera.page.getByText("Check your email").waitFor();
  await press(vera.page, "Send it again");
  await vera.page.getByRole("status").filter({ hasText: "Sent again" }).waitFor();
  await signIn(vera);
  await alert(vera.page, "Confirm your email address first").waitFor();
  const mails = await post.arrived(vera.email, 3);
  expect(new Set(mails.map(({ subject }) => subject))).toEqual(
    new Set(["Parley: Confirm your email address"]),
  );

  await vera.page.goto("/verify-email?token=guessed");
  await press(vera.page, "Confirm");
  await alert(vera.page, "not good any more").waitFor();
  await vera.page.goto(linkIn(mails[1]));
  await press(vera.page, "Confirm");
  await mainNavigation(vera.page).waitFor();

  // Whoever finds the mail later gets no session by it.
  const finder = await stage.visitor("Finder Keeper");
  await finder.page.goto(linkIn(mails[1]));
  await press(finder.page, "Confirm");
  await isAtSignIn(finder.page);
});

test("a password is chosen anew by a mail, once", async () => {
  const reza = await join("Reza Set");
  await signOut(reza);
  await isAtSignIn(reza.page);
  const forget = async (email: string) => {
    await reza.page.goto("/forgot-password");
    await reza.page.getByLabel("Email", { exact: true }).fill(email);
    await press(reza.page, "Send a link");
    await reza.page.getByText("Check your email").waitFor();
  };
  // The page says the same of an address that nobody has.
  await forget("nobody@example.org");
  await forget(reza.email);
  const mail = (await post.arrived(reza.email, 2))[1];
  expect(mail?.subject).toBe("Parley: Choose a new password");
  const choose = async (password: string) => {
    await reza.page.goto(linkIn(mail));
    await reza.page.getByLabel("New password").fill(password);
    await press(reza.page, "Change password");
  };
  await choose("battery staple");
  await reza.page.getByText("Your password is changed").waitFor();
  await choose("horse correct");
  await alert(reza.page, "not good any more").waitFor();
  await signIn(reza);
  await alert(reza.page, "do not match").waitFor();
  await signIn(reza, "battery staple");
  await mainNavigation(reza.page).waitFor();
  expect(post.mails.filter(({ to }) => to === "nobody@example.org")).toEqual([]);
});

test("who signs up with an address that is taken sees what everybody sees", async () => {
  const tess = await join("Tess Taken");
  const other = await stage.visitor("Tess Taken");
  await signUp(other, "another password");
  await other.page.getByText("Check your email").waitFor();
  const mails = await post.arrived(tess.email, 2);
  expect(mails[1]?.subject).toBe("Parley: You already have an account");
});

test("an address is changed once the new one is confirmed, and the old one is told", async () => {
  const chas = await join("Chas Ange");
  const { page } = chas;
  await page.goto("/settings/account");
  const part = page.getByRole("region", { name: "Email", exact: true });
  await part.getByRole("button", { name: "Change email" }).click();
  await part.getByLabel("New email").fill("chas.new@example.org");
  await part.getByLabel("Your password").fill(PASSWORD);
  await part.getByRole("button", { name: "Change email" }).click();
  await part.getByText("We have sent a link to").waitFor();
  const [, warning] = await post.arrived(chas.email, 2);
  expect(warning?.subject).toBe("Parley: Your email address is to change");
  expect(warning?.text).toContain("chas.new@example.org");
  expect(warning?.text).not.toContain("token=");
  await part.getByText(chas.email).waitFor();

  const [mail] = await post.arrived("chas.new@example.org", 1);
  await page.goto(linkIn(mail));
  await press(page, "Confirm");
  await mainNavigation(page).waitFor();
  await page.goto("/settings/account");
  await part.getByText("chas.new@example.org").waitFor();
});

test("mails are in the language of who asked for them", async () => {
  const greta = await stage.visitor("Greta Schön", { locale: "de-DE" });
  await greta.page.goto("/sign-up");
  await greta.page.getByLabel("Name", { exact: true }).fill("Greta Schön");
  await greta.page.getByLabel("E-Mail", { exact: true }).fill(greta.email);
  await greta.page.getByLabel("Passwort", { exact: true }).fill(PASSWORD);
  await press(greta.page, "Registrieren");
  const [mail] = await post.arrived(greta.email, 1);
  expect(mail?.subject).toBe("Parley: Bestätige deine E-Mail-Adresse");
  expect(mail?.text).toContain("Hallo Greta Schön,");
});

import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type OidcStandIn, openOidcStandIn } from "../server/stand-ins/oidc-stand-in";
import { isAtSignIn, mainNavigation, signIn, signOut } from "./rig/screen";
import { openStage, PASSWORD, type Stage } from "./rig/stage";

const CLIENT = { clientId: "parley", clientSecret: "a secret between two" };

let stage: Stage;
let there: OidcStandIn;
beforeAll(async () => {
  there = await openOidcStandIn(CLIENT);
  stage = await openStage({
    PARLEY_OIDC_ISSUER: there.issuer,
    PARLEY_OIDC_CLIENT_ID: CLIENT.clientId,
    PARLEY_OIDC_CLIENT_SECRET: CLIENT.clientSecret,
    PARLEY_OIDC_NAME: "Team",
  });
});
afterAll(async () => {
  await stage.close();
  await there.close();
});
beforeEach((context) => stage.watch(context));

const button = (page: Page) => page.getByRole("button", { name: "Continue with Team" });
const alert = (page: Page, text: string) => page.getByRole("alert").filter({ hasText: text });

/** From the page that is open to the issuer's, and back by the answer given there. */
async function goThere(page: Page, answer: "Allow" | "Deny"): Promise<void> {
  await button(page).click();
  await page.getByRole("link", { name: answer }).click();
}

/** Whom the issuer knows in the next journeys. */
function knows(name: string, changes: object = {}): void {
  const email = `${name.toLowerCase().replaceAll(" ", ".")}@example.org`;
  there.state.person = { sub: `sub ${name}`, email, name, email_verified: true, ...changes };
}

// The first of all: from the first that succeeds on, the issuer's addresses are known.
test("an issuer that is down is said to be, passwords go on working, and it is asked again", async () => {
  knows("Dora Down");
  const dora = await stage.person("Dora Down");
  await signOut(dora);
  there.state.isDown = true;
  await button(dora.page).click();
  await alert(dora.page, "cannot be reached right now").waitFor();
  await signIn(dora);
  await mainNavigation(dora.page).waitFor();
  there.state.isDown = false;
  knows("Ida Up");
  const { page } = await stage.visitor("Ida Up");
  await page.goto("/sign-in");
  await goThere(page, "Allow");
  await mainNavigation(page).waitFor();
});

test("somebody signs in with an issuer, and again, to where they wanted to be", async () => {
  knows("Iris Issue");
  const iris = await stage.visitor("Iris Issue");
  await iris.page.goto("/sign-up");
  await goThere(iris.page, "Allow");
  await mainNavigation(iris.page).waitFor();
  await signOut(iris);
  await isAtSignIn(iris.page);
  await iris.page.goto("/users");
  await iris.page.waitForURL("**/sign-in?redirect=**");
  await goThere(iris.page, "Allow");
  await iris.page.getByRole("heading", { name: "People" }).waitFor();
  await iris.page.goto("/settings/account");
  const part = iris.page.getByRole("region", { name: "Sign-in with Team" });
  await part.getByText("Connected").waitFor();
  // Without a password there is none to ask for, and no other way in to be left with.
  await part.getByRole("button", { name: "Disconnect" }).click();
  await alert(iris.page, "your only way in").waitFor();
});

test("who goes there and does not sign in is told so, and can try again", async () => {
  knows("Nora No");
  const { page } = await stage.visitor("Nora No");
  await page.goto("/sign-in?redirect=/users");
  await goThere(page, "Deny");
  await alert(page, "You did not sign in there").waitFor();
  expect(await page.getByText("Not for your eyes").count()).toBe(0);
  await goThere(page, "Allow");
  await page.getByRole("heading", { name: "People" }).waitFor();
});

test("an address that the issuer has not confirmed opens nothing", async () => {
  knows("Una Sure", { email_verified: false });
  const { page } = await stage.visitor("Una Sure");
  await page.goto("/sign-in");
  await goThere(page, "Allow");
  await alert(page, "has not confirmed your email address").waitFor();
});

test("an account that is here already is connected with its password", async () => {
  const pam = await stage.person("Pam Password");
  knows("Pam Password");
  const other = await stage.visitor("Pam Password");
  await other.page.goto("/sign-in");
  await goThere(other.page, "Allow");
  await alert(other.page, "connect the service under Account").waitFor();

  await pam.page.goto("/settings/account");
  const part = pam.page.getByRole("region", { name: "Sign-in with Team" });
  await part.getByRole("button", { name: "Connect", exact: true }).click();
  await part.getByLabel("Your password").fill(PASSWORD);
  await goThere(pam.page, "Allow");
  await part.getByText("Connected").waitFor();

  await goThere(other.page, "Allow");
  await mainNavigation(other.page).waitFor();
});

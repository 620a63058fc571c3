import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { isAtSignIn, mainNavigation, openActions } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let owner: Person;
let victim: Person;
let culprit: Person;
let culpritClient: ParleyClient;
let conversationId: string;
beforeAll(async () => {
  stage = await openStage();
  owner = await stage.person("Olga Owner");
  victim = await stage.person("Vera Victim");
  culprit = await stage.person("Carl Culprit");
  const victimClient = new ParleyClient(stage.server.url, await tokenOf(victim));
  culpritClient = new ParleyClient(stage.server.url, await tokenOf(culprit));
  conversationId = await victimClient.conversationWith((await culpritClient.me()).clerkId);
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

async function openReports(page: Page): Promise<void> {
  await page.goto("/admin");
  await page.getByRole("tab", { name: "Reports" }).click();
}

const reports = (page: Page) => page.getByRole("list", { name: "Reports" }).getByRole("listitem");

async function say(content: string): Promise<void> {
  await culpritClient.mutate("messages:sendMessage", { conversationId, content });
}

async function sendReport(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Insults or harassment" }).check();
  await dialog.getByLabel("What happened? (optional)").fill("Again and again");
  await dialog.getByRole("button", { name: "Send the report" }).click();
  await dialog.getByText("have received your report").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });
}

test("a message is reported, and deleted for everybody by somebody who never saw the chat", async () => {
  await say("Something vile");
  const { page } = victim;
  await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  const message = page.getByRole("log").getByText("Something vile");
  await openActions(page, "Something vile");
  await page.getByRole("menuitem", { name: "Report", exact: true }).click();
  await sendReport(page);

  await openReports(owner.page);
  const report = reports(owner.page).filter({ hasText: "A message of Carl Culprit" });
  await report.getByText("Something vile").waitFor();
  await report.getByText("Reported by Vera Victim").waitFor();
  await report.getByText("Again and again").waitFor();
  await report.getByText("a chat that you are not in").waitFor();
  await report.getByRole("button", { name: "Delete the message" }).click();
  await owner.page
    .getByRole("alertdialog")
    .getByRole("button", { name: "Delete", exact: true })
    .click();
  await owner.page.getByText("Nothing has been reported").waitFor();
  await message.waitFor({ state: "detached" });

  await owner.page.getByRole("tab", { name: "Log" }).click();
  const closed = owner.page.getByRole("list", { name: "Reports dealt with" });
  await closed.getByText("Olga Owner deleted the message").waitFor();
  expect(await closed.getByText("Something vile").count()).toBe(0);
  expect(owner.troubles).toEqual([]);
});

test("a person is reported in their details and suspended on every screen", async () => {
  const { page } = victim;
  await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  await page.getByRole("button", { name: "Chat details" }).click();
  await page.getByRole("button", { name: "Report", exact: true }).click();
  await page.getByRole("dialog").getByText("Report Carl Culprit?").waitFor();
  await sendReport(page);
  expect(victim.troubles).toEqual([]);

  await openReports(owner.page);
  const report = reports(owner.page).filter({ hasText: "Carl Culprit" });
  await report.getByRole("button", { name: "Suspend Carl Culprit" }).click();
  await owner.page
    .getByRole("alertdialog")
    .getByRole("button", { name: "Suspend Carl Culprit" })
    .click();
  await owner.page.getByText("Nothing has been reported").waitFor();
  await isAtSignIn(culprit.page);
  await owner.page.getByRole("tab", { name: "Log" }).click();
  await owner.page
    .getByRole("list", { name: "Reports dealt with" })
    .getByText("The account was suspended")
    .waitFor();
  await owner.page
    .getByRole("list", { name: "Log" })
    .getByText("Olga Owner suspended Carl Culprit")
    .waitFor();
});

test("for members there are no reports to see", async () => {
  await victim.page.goto("/admin");
  await victim.page.getByText("There is nothing here").waitFor();
  const client = new ParleyClient(stage.server.url, await tokenOf(victim));
  const paginationOpts = { numItems: 10, cursor: null };
  await expect(client.ask("reports:getReports", { isOpen: true, paginationOpts })).rejects.toThrow(
    "not_found",
  );
  await mainNavigation(victim.page).waitFor();
});

// The other person of a chat: who they are, blocking them, and what is left when their account is gone.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, conversationHeading, conversationLink, message } from "./rig/screen";
import { openStage, PASSWORD, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let bo: Person;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace", { viewport: { width: 1440, height: 900 } });
  bo = await stage.person("Bo Diddley");
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  const boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  await adaClient.mutate("users:syncUser", {});
  await boClient.mutate("users:syncUser", {});
  const pair = await boClient.conversationWith((await adaClient.me()).clerkId);
  await boClient.mutate("messages:sendMessage", { conversationId: pair, content: "farewell" });
  await ada.page.goto(`/messages?conversationId=${encodeURIComponent(pair)}`);
  await message(ada.page, "farewell").waitFor();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const panel = () => ada.page.getByRole("complementary", { name: "Contact details" });

test("the panel says who it is and whether they are there, and what can be done", async () => {
  await ada.page.getByRole("button", { name: "Chat details" }).click();
  await panel().getByText("Bo Diddley").waitFor();
  await panel().getByText("Active now").waitFor();
  const acts = await panel().getByRole("button").allTextContents();
  // The first has an icon only.
  expect(acts).toEqual(["", "Clear messages", "Delete for me", "Report", "Block"]);
});

test("a person is blocked and unblocked from the panel, and the note in the list follows", async () => {
  const { page } = ada;
  await panel().getByRole("button", { name: "Block", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Block" }).click();
  await page.getByText("You blocked Bo Diddley.").waitFor();
  await composer(page).waitFor({ state: "detached" });
  await panel().getByText("Blocked", { exact: true }).waitFor();
  await conversationLink(page, "Bo Diddley").getByText("Blocked", { exact: true }).waitFor();
  await panel().getByRole("button", { name: "Unblock" }).click();
  await composer(page).waitFor();
  await conversationLink(page, "Bo Diddley")
    .getByText("Blocked", { exact: true })
    .waitFor({ state: "detached" });
});

test("an account that is gone leaves its words, a note, and no field to write in", async () => {
  const { page } = ada;
  const answer = await bo.context.request.post(`${stage.server.url}/api/auth/delete-user`, {
    data: { password: PASSWORD },
    headers: { origin: stage.server.url },
  });
  expect(answer.ok()).toBe(true);
  await page.getByText("This account does not exist any more.").first().waitFor();
  await composer(page).waitFor({ state: "detached" });
  const list = page.getByRole("navigation", { name: "Chats" });
  await list.getByText("Account gone").waitFor();
  await message(page, "farewell").waitFor();
  expect(await panel().getByText("This account does not exist any more.").count()).toBe(1);
  expect(await panel().getByText("Active now").count()).toBe(0);
  await page.reload();
  await message(page, "farewell").waitFor();
  await page.getByText("This account does not exist any more.").waitFor();
  expect(await conversationHeading(page, "Bo Diddley").count()).toBeLessThanOrEqual(1);
});

test("[B95] nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

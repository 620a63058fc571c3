import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { conversationHeading, mainNavigation, message, personRow, send } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let bo: Person;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test("two people clicking each other at the same instant get one conversation", async () => {
  for (const { page } of [ada, bo]) {
    await mainNavigation(page).getByRole("link", { name: "People" }).click();
  }
  const adasButton = personRow(ada.page, "Bo Diddley").getByRole("button").first();
  const bosButton = personRow(bo.page, "Ada Lovelace").getByRole("button").first();
  await Promise.all([adasButton.waitFor(), bosButton.waitFor()]);
  await Promise.all([adasButton.click(), bosButton.click()]);
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await conversationHeading(bo.page, "Ada Lovelace").waitFor();
  const idOf = ({ page }: Person) => new URL(page.url()).searchParams.get("conversationId");
  expect(idOf(ada)).toBe(idOf(bo));
  await send(ada, "one room");
  await message(bo.page, "one room").waitFor();
});

test("forty calls from both sides at once create one conversation, named by both ids", async () => {
  const [cleo, dan] = [await stage.person("Cleo Laine"), await stage.person("Dan Brown")];
  const clients = await Promise.all(
    [cleo, dan].map(async (person) => new ParleyClient(stage.server.url, await tokenOf(person))),
  );
  const [first, second] = clients as [ParleyClient, ParleyClient];
  const participantIds = [(await first.me()).clerkId, (await second.me()).clerkId];
  // Each call on a connection of its own: one stock client would send its mutations one after another.
  const tokens = [await tokenOf(cleo), await tokenOf(dan)];
  const calls = Array.from({ length: 40 }, (_, n) => {
    const client = new ParleyClient(stage.server.url, tokens[n % 2] ?? "");
    return client.mutate("conversations:getOrCreateConversation", {
      participantIds: n % 4 < 2 ? participantIds : [...participantIds].reverse(),
    });
  });
  const ids = new Set(await Promise.all(calls));
  expect([...ids]).toEqual([[...participantIds].sort().join("_")]);
  expect(await first.conversations()).toHaveLength(1);
  expect(await second.conversations()).toHaveLength(1);
});

test("the same client message id sent ten times at once is one message", async () => {
  const [token, conversationId] = [
    await tokenOf(ada),
    new URL(ada.page.url()).searchParams.get("conversationId"),
  ];
  const calls = Array.from({ length: 10 }, () =>
    new ParleyClient(stage.server.url, token).mutate("messages:sendMessage", {
      conversationId,
      content: "only once",
      clientMessageId: "the-same-id",
    }),
  );
  expect(new Set(await Promise.all(calls)).size).toBe(1);
  await message(bo.page, "only once").waitFor();
  expect(await message(bo.page, "only once").count()).toBe(1);
});

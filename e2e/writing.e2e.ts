// What one writes: it stays with its chat, and leaves only when it is meant to.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, conversationHeading, conversationLink, message } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const GROUP = "Writers";

let stage: Stage;
let ada: Person;
let adaClient: ParleyClient;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  const cyd = await stage.person("Cyd Charisse");
  const clientOf = async (person: Person) => {
    const client = new ParleyClient(stage.server.url, await tokenOf(person));
    await client.mutate("users:syncUser", {});
    return client;
  };
  adaClient = await clientOf(ada);
  const boId = (await (await clientOf(bo)).me()).clerkId;
  const cydId = (await (await clientOf(cyd)).me()).clerkId;
  const participantIds = [boId];
  const group = await adaClient.mutate("conversations:createGroup", {
    groupName: GROUP,
    participantIds,
  });
  conversationId = group as string;
  await adaClient.conversationWith(boId);
  await adaClient.conversationWith(cydId);
  await ada.page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  await composer(ada.page).waitFor();
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

async function openChat(name: string): Promise<void> {
  await conversationLink(ada.page, name).click();
  await conversationHeading(ada.page, name).waitFor();
}

test("[B30] a draft stays with its chat, over a change of chats and a reload, with its caret", async () => {
  await composer(ada.page).fill("half a thought");
  await openChat("Bo Diddley");
  expect(await composer(ada.page).inputValue()).toBe("");
  await ada.page
    .getByRole("navigation", { name: "Conversations" })
    .getByText("half a thought")
    .waitFor();
  await openChat(GROUP);
  expect(await composer(ada.page).inputValue()).toBe("half a thought");
  await ada.page.reload();
  await composer(ada.page).waitFor();
  expect(await composer(ada.page).inputValue()).toBe("half a thought");
  await composer(ada.page).fill("");
});

test("[B27] the key that ends a composition sends nothing, in any order of events", async () => {
  const field = composer(ada.page);
  const compose = (order: "key inside" | "key before the end" | "end before the key") =>
    field.evaluate((element, order) => {
      const composition = (type: string) =>
        element.dispatchEvent(new CompositionEvent(type, { bubbles: true }));
      const enter = (more: KeyboardEventInit) => {
        const key = { key: "Enter", bubbles: true, cancelable: true, ...more };
        element.dispatchEvent(new KeyboardEvent("keydown", key));
      };
      // Chromium and Firefox: the key belongs to the composition and says so.
      if (order === "key inside") enter({ isComposing: true, keyCode: 229 });
      // macOS, now and then: a plain key, and only then the end.
      if (order === "key before the end") enter({});
      composition("compositionend");
      // Safari: the end, and then a key like any other.
      if (order === "end before the key") enter({});
    }, order);
  for (const order of ["key inside", "key before the end", "end before the key"] as const) {
    await field.evaluate((element) =>
      element.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true })),
    );
    await field.fill(`にほん ${order}`);
    await compose(order);
    expect(await field.inputValue()).toBe(`にほん ${order}`);
    // The next task: now the composition is over, and Enter is Enter.
    await ada.page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    await field.press("Enter");
    await message(ada.page, `にほん ${order}`).waitFor();
    expect(await field.inputValue()).toBe("");
  }
  expect(await adaClient.messages(conversationId)).toHaveLength(3);
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

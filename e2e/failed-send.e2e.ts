import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { message, openConversationWith, send, tick } from "./rig/screen";
import { openStage, type Person, type Stage } from "./rig/stage";

let stage: Stage;
let ada: Person;
let bo: Person;
/** What happens to Ada's frames on their way to the server. */
let change: (frame: string) => string = (frame) => frame;
let isCut = false;
const cutters = new Set<() => void>();

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
  await ada.page.routeWebSocket(/\/convex\/api\//, (socket) => {
    if (isCut) {
      socket.close({ code: 1011, reason: "cut" });
      return;
    }
    const server = socket.connectToServer();
    socket.onMessage((frame) => server.send(change(frame.toString())));
    cutters.add(() => {
      server.close();
      socket.close({ code: 1011, reason: "cut" });
    });
  });
  await ada.page.goto("/messages");
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

test("a message that the server refuses stays, says so, and goes out on Retry", async () => {
  // The page lets nobody send too much, so the frame grows on its way: the refusal is the server's own.
  change = (frame) => frame.replace('"will be refused"', JSON.stringify("z".repeat(4_001)));
  await send(ada, "will be refused");
  await tick(ada.page, "will be refused", "Failed").waitFor();
  await send(ada, "sent after it");
  await message(bo.page, "sent after it").waitFor();
  expect(await message(bo.page, "will be refused").count()).toBe(0);
  expect(await message(bo.page, "zzzz").count()).toBe(0);

  change = (frame) => frame;
  await message(ada.page, "will be refused").getByRole("button", { name: "Retry" }).click();
  await message(bo.page, "will be refused").waitFor();
  await tick(ada.page, "will be refused", "Read").waitFor();
  expect(await message(ada.page, "will be refused").count()).toBe(1);
});

test("messages written without a connection wait and arrive once, in order", async () => {
  isCut = true;
  for (const cut of cutters) cut();
  cutters.clear();
  await send(ada, "offline one");
  await send(ada, "offline two");
  await tick(ada.page, "offline one", "Sending").waitFor();
  await ada.page
    .getByRole("status")
    .filter({ hasText: /^(Offline|Reconnecting)/ })
    .waitFor({ timeout: 15_000 });
  expect(await message(bo.page, "offline one").count()).toBe(0);

  isCut = false;
  await message(bo.page, "offline two").waitFor({ timeout: 40_000 });
  const articles = bo.page.getByRole("log", { name: "Messages" }).getByRole("article");
  const texts = (await articles.allTextContents()).flatMap(
    (t) => /offline (one|two)/.exec(t)?.[0] ?? [],
  );
  expect(texts).toEqual(["offline one", "offline two"]);
  await tick(ada.page, "offline two", "Read").waitFor({ timeout: 30_000 });
  await ada.page
    .getByRole("status")
    .filter({ hasText: /^(Offline|Reconnecting)/ })
    .waitFor({ state: "detached" });
});

test("an answer that got lost does not make a message twice", async () => {
  // The server has it, the answer never arrives: the connection is cut as soon as the frame is through.
  change = (frame) => {
    if (frame.includes("sent once")) {
      change = (later) => later;
      queueMicrotask(() => {
        for (const cut of cutters) cut();
        cutters.clear();
      });
    }
    return frame;
  };
  await send(ada, "sent once");
  await tick(ada.page, "sent once", "Read").waitFor({ timeout: 40_000 });
  expect(await message(ada.page, "sent once").count()).toBe(1);
  expect(await message(bo.page, "sent once").count()).toBe(1);
});

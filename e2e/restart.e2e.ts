import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { conversationLink, message, openConversationWith, send, tick } from "./rig/screen";
import { startParley } from "./rig/server";
import { openStage, type Person, type Stage } from "./rig/stage";

const STOP_MAX_MS = 5_000;

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

async function restart(signal: NodeJS.Signals): Promise<void> {
  const { port, dataDir } = stage.server;
  const ended = await stage.server.stop(signal);
  expect(ended.exitCode).toBe(0);
  expect(ended.elapsedMs).toBeLessThan(STOP_MAX_MS);
  stage.setServer(
    await startParley({ port, dataDir, environment: { PARLEY_RATE_LIMITS: "1000" } }),
  );
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "after %s and a new start everything is there and both go on talking",
  async (signal) => {
    await openConversationWith(ada, "Bo Diddley");
    await openConversationWith(bo, "Ada Lovelace");
    await send(ada, `before ${signal}`);
    await message(bo.page, `before ${signal}`).waitFor();

    await restart(signal);

    // Neither page is reloaded: both clients find the new server by themselves.
    await send(bo, `after ${signal}`);
    await message(ada.page, `after ${signal}`).waitFor({ timeout: 30_000 });
    await tick(bo.page, `after ${signal}`, "Read").waitFor({ timeout: 30_000 });
    await message(ada.page, `before ${signal}`).waitFor();
  },
);

test("a fresh page finds accounts, conversations and messages after a restart", async () => {
  await restart("SIGTERM");
  await ada.page.goto("/messages");
  await conversationLink(ada.page, "Bo Diddley").click();
  await message(ada.page, "before SIGTERM").waitFor();
  await message(ada.page, "after SIGINT").waitFor();
});

test("a message sent while the server is away arrives once it is back", async () => {
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  const { port, dataDir } = stage.server;
  await stage.server.stop();
  await send(ada, "written in between");
  await ada.page
    .getByRole("status")
    .filter({ hasText: /^(Offline|Reconnecting)/ })
    .waitFor({ timeout: 15_000 });
  stage.setServer(
    await startParley({ port, dataDir, environment: { PARLEY_RATE_LIMITS: "1000" } }),
  );
  await message(bo.page, "written in between").waitFor({ timeout: 40_000 });
  expect(await message(bo.page, "written in between").count()).toBe(1);
  await tick(ada.page, "written in between", "Read").waitFor({ timeout: 30_000 });
});

// Answering: the quote in the composer, in the bubble, and the way to the original and back.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { layCable } from "./rig/cable";
import { log } from "./rig/log";
import { composer, conversationLink, message, openActions, send } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const FILLERS = 400;

let stage: Stage;
let ada: Person;
let bo: Person;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  bo = await stage.person("Bo Diddley");
  ada = await stage.person("Ada Lovelace");
  const token = await tokenOf(bo);
  const boClient = new ParleyClient(stage.server.url, token);
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await boClient.mutate("users:syncUser", {});
  await adaClient.mutate("users:syncUser", {});
  conversationId = await boClient.conversationWith((await adaClient.me()).clerkId);
  const fillers = Array.from({ length: FILLERS }, (_, index) => `filler ${index}`);
  await sendAll(stage.server.url, token, conversationId, ["the very first words", ...fillers]);
  await adaClient.mutate("messages:markConversationsAsRead", { conversationIds: [conversationId] });
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const address = (messageId = "") =>
  `/messages?conversationId=${encodeURIComponent(conversationId)}${messageId && `&messageId=${messageId}`}`;
const quoting = (page: Page) => page.getByRole("region", { name: /^Answering / });
const isFocused = (page: Page) =>
  composer(page).evaluate((field) => field === document.activeElement);

async function startReply(person: Person, text: string): Promise<void> {
  await openActions(person.page, text);
  await person.page.getByRole("menuitem", { name: "Reply" }).click();
  await quoting(person.page).filter({ hasText: text }).waitFor();
  await expect.poll(() => isFocused(person.page)).toBe(true);
}

test("[B10] a quote leads to the original, which stands out, and a way leads back", async () => {
  const { page } = ada;
  await page.goto(address());
  await message(page, `filler ${FILLERS - 1}`).waitFor();
  const first = (
    (await new ParleyClient(stage.server.url, await tokenOf(ada)).ask(
      "messages:getMessagesBetween",
      {
        conversationId,
        from: "after",
        numItems: 1,
      },
    )) as { _id: string }[]
  )[0];
  await page.goto(address(first?._id));
  await message(page, "the very first words").waitFor();
  await startReply(ada, "the very first words");
  await send(ada, "about that");
  const answer = message(page, "about that");
  await answer.getByRole("button", { name: /the very first words/ }).waitFor();
  await quoting(page).waitFor({ state: "detached" });

  // The moments for which a message stood out, each as: was it the original, and not its answer?
  await page.evaluate(() => {
    const seen: boolean[] = [];
    const note = ({ target, animationName }: AnimationEvent) => {
      if (!(target instanceof HTMLElement) || animationName !== "mark") return;
      seen.push(!target.textContent.includes("about that"));
    };
    for (const end of ["animationend", "animationcancel"] as const) {
      document.addEventListener(end, note);
    }
    Object.assign(window, { seenMarks: seen });
  });
  const marks = () =>
    page.evaluate(() => (window as unknown as { seenMarks: boolean[] }).seenMarks);
  await answer.getByRole("button", { name: /the very first words/ }).click();
  // The original itself, not its quote, and it stands out for a moment only.
  const original = message(page, "the very first words").filter({ hasNotText: "about that" });
  await original.waitFor();
  const isInView = (target: ReturnType<typeof message>) =>
    target.evaluate((element) => {
      const box = element.getBoundingClientRect();
      const view = element.closest('[role="log"]')?.getBoundingClientRect();
      return view !== undefined && box.top >= view.top && box.bottom <= view.bottom;
    });
  await expect.poll(() => isInView(original)).toBe(true);
  await expect.poll(marks, { timeout: 10_000 }).toEqual([true]);

  await page.getByRole("button", { name: "Back to the reply" }).click();
  await answer.waitFor();
  await expect.poll(() => isInView(answer)).toBe(true);
  await page.getByRole("button", { name: "Back to the reply" }).waitFor({ state: "detached" });
});

test("Escape ends the reply and keeps the text", async () => {
  const { page } = ada;
  await page.goto(address());
  await startReply(ada, "about that");
  await composer(page).fill("half a thought");
  await page.keyboard.press("Escape");
  await quoting(page).waitFor({ state: "detached" });
  expect(await composer(page).inputValue()).toBe("half a thought");
  await composer(page).fill("");
});

test("Control and the arrows walk through what can be answered", async () => {
  const { page } = ada;
  await composer(page).click();
  await page.keyboard.press("Control+ArrowUp");
  await quoting(page).filter({ hasText: "about that" }).waitFor();
  await page.keyboard.press("Control+ArrowUp");
  await quoting(page)
    .filter({ hasText: `filler ${FILLERS - 1}` })
    .waitFor();
  await page.keyboard.press("Control+ArrowDown");
  await page.keyboard.press("Control+ArrowDown");
  await quoting(page).waitFor({ state: "detached" });
});

test("[B30] a reply survives a reload with its draft", async () => {
  const { page } = ada;
  await startReply(ada, "about that");
  await composer(page).fill("to be continued");
  await page.reload();
  await quoting(page).filter({ hasText: "about that" }).waitFor();
  expect(await composer(page).inputValue()).toBe("to be continued");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await message(page, "to be continued")
    .getByRole("button", { name: /about that/ })
    .waitFor();
  await page.reload();
  await message(page, "to be continued").waitFor();
  expect(await quoting(page).count()).toBe(0);
});

test("[B45] a reply that waits for the connection keeps what it answers", async () => {
  const cable = await layCable(ada.context);
  const { page } = ada;
  await page.goto(address());
  await message(page, "to be continued").waitFor();
  cable.cut();
  await startReply(ada, "to be continued");
  await send(ada, "from the tunnel");
  await message(page, "from the tunnel")
    .getByRole("button", { name: /to be continued/ })
    .waitFor();
  await page.reload();
  cable.mend();
  await bo.page.goto(address());
  await message(bo.page, "from the tunnel")
    .getByRole("button", { name: /to be continued/ })
    .waitFor();
});

test("a quote says no more than what it quotes, also once that is deleted", async () => {
  const quoted = message(ada.page, "about that").filter({ hasNotText: "to be continued" });
  await quoted.hover();
  await quoted.getByRole("button", { name: "Message actions" }).click();
  await ada.page.getByRole("menuitem", { name: /delete/i }).click();
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await message(bo.page, "to be continued")
    .getByRole("button", { name: /This message was deleted/ })
    .waitFor();
});

test("[B63] a finger answers by a pull and likes by two taps", async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const cleo = await stage.person("Cleo Laine", phone);
  const boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  const cleoClient = new ParleyClient(stage.server.url, await tokenOf(cleo));
  await cleoClient.mutate("users:syncUser", {});
  const pair = await boClient.conversationWith((await cleoClient.me()).clerkId);
  await boClient.mutate("messages:sendMessage", { conversationId: pair, content: "pull me" });
  await conversationLink(cleo.page, "Bo Diddley").click();
  const target = message(cleo.page, "pull me");
  await target.waitFor();
  await expect.poll(async () => (await target.boundingBox())?.x).toBeLessThan(20);
  const touch = await cleo.context.newCDPSession(cleo.page);
  const middle = async () => {
    const box = await target.boundingBox();
    return (box?.y ?? 0) + (box?.height ?? 0) / 2;
  };
  let y = await middle();
  const put = (type: "touchStart" | "touchMove" | "touchEnd", x?: number) =>
    touch.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: x === undefined ? [] : [{ x, y }],
    });
  await put("touchStart", 60);
  for (const x of [80, 110, 140]) await put("touchMove", x);
  await put("touchEnd");
  await quoting(cleo.page).filter({ hasText: "pull me" }).waitFor();
  await put("touchStart", 60);
  for (const x of [70, 80]) await put("touchMove", x);
  await put("touchEnd");

  await cleo.page.getByRole("button", { name: "Cancel the reply" }).tap();
  await quoting(cleo.page).waitFor({ state: "detached" });
  // The message stands still again.
  await target.tap({ trial: true });
  y = await middle();
  // All at once: how quickly two taps follow each other is what makes them one gesture.
  await Promise.all([
    put("touchStart", 60),
    put("touchEnd"),
    put("touchStart", 60),
    put("touchEnd"),
  ]);
  await target.getByRole("button", { name: "👍 1" }).waitFor();
});

test("nothing of it complained", async () => {
  expect(await log(ada.page).count()).toBe(1);
  expect(bo.troubles).toEqual([]);
});

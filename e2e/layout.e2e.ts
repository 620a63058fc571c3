// How messages stand: grouped, dated, isolated, and what stands there when there are none.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { articles, log } from "./rig/log";
import { composer, conversationHeading, isAtSignIn, message, send, signIn } from "./rig/screen";
import { sendAll } from "./rig/seed";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const GROUP = "Layout";

let stage: Stage;
let ada: Person;
let boClient: ParleyClient;
let boToken: string;
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  boToken = await tokenOf(bo);
  boClient = new ParleyClient(stage.server.url, boToken);
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await boClient.mutate("users:syncUser", {});
  await adaClient.mutate("users:syncUser", {});
  const participantIds = [(await adaClient.me()).clerkId];
  const group = await boClient.mutate("conversations:createGroup", {
    groupName: GROUP,
    participantIds,
  });
  conversationId = group as string;
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

const address = () => `/messages?conversationId=${encodeURIComponent(conversationId)}`;
const say = (content: string, more: object = {}) =>
  boClient.mutate("messages:sendMessage", { conversationId, content, ...more });

test("[B25] a chat without messages invites to the first one", async () => {
  await ada.page.goto(address());
  await ada.page.getByText("This is the beginning").waitFor();
  expect(await ada.page.getByRole("progressbar").count()).toBe(0);
});

test("[B42] the field corrects and capitalises as the device does, and completes nothing", async () => {
  const field = composer(ada.page);
  const attributes = await field.evaluate((element: HTMLTextAreaElement) => [
    element.spellcheck,
    element.getAttribute("autocapitalize"),
    element.autocomplete,
  ]);
  expect(attributes).toEqual([true, null, "off"]);
});

test("[B15] one author's messages stand together under one name and picture; an answer stands for itself", async () => {
  const first = await say("group one");
  await say("group two");
  await say("group three");
  await send(ada, "between them");
  await message(ada.page, "between them").waitFor();
  await say("group four");
  await say("an answer", { replyTo: first });
  await message(ada.page, "an answer").waitFor();
  const names = async (text: string) =>
    message(ada.page, text).locator("p").filter({ hasText: "Bo Diddley" }).count();
  expect([await names("group two"), await names("group three")]).toEqual([0, 0]);
  expect([await names("group four"), await names("an answer")]).toEqual([1, 1]);
  const gap = async (above: string, below: string) => {
    const [a, b] = [
      await message(ada.page, above).locator("[dir]").first().boundingBox(),
      await message(ada.page, below).locator("[dir]").first().boundingBox(),
    ];
    return (b?.y ?? 0) - (a?.y ?? 0) - (a?.height ?? 0);
  };
  expect(await gap("group two", "group three")).toBeLessThan(await gap("group four", "an answer"));
});

test("[B10] a press on what is quoted leads to it, and makes it stand out", async () => {
  const quote = message(ada.page, "an answer").getByRole("button", { name: /Bo Diddley/ });
  expect(await quote.textContent()).toContain("group one");
  await sendAll(
    stage.server.url,
    boToken,
    conversationId,
    Array.from({ length: 60 }, (_, index) => `filler ${index}. ${"more ".repeat(index % 9)}`),
  );
  const [original] = (await boClient.ask("messages:getMessagesBetween", {
    conversationId,
    from: "after",
    numItems: 1,
  })) as { _id: string }[];
  await say("a late answer", { replyTo: original?._id });
  const late = message(ada.page, "a late answer");
  await late.waitFor();
  await late.getByRole("button", { name: /Bo Diddley/ }).click();
  const shown = articles(ada.page).filter({ hasText: "group one" }).first();
  await expect
    .poll(async () => {
      const [view, box] = [await log(ada.page).boundingBox(), await shown.boundingBox()];
      return box !== null && view !== null && box.y >= view.y && box.y < view.y + view.height;
    })
    .toBe(true);
  expect(await shown.evaluate((element) => getComputedStyle(element).animationName)).toBe("mark");
  await ada.page.getByRole("button", { name: /^Jump to the newest messages/ }).click();
  await late.waitFor();
});

test("[B16] times say the whole moment in UTC to machines, and in the device's zone to people", async () => {
  const times = message(ada.page, "a late answer").locator("time");
  const written = await times.getAttribute("datetime");
  expect(written).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const shown = await ada.page.evaluate(
    (moment) =>
      new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(
        new Date(moment),
      ),
    written ?? "",
  );
  expect(await times.textContent()).toBe(shown);
  expect(await times.getAttribute("title")).toMatch(/\d{4}.*\d\d:\d\d:\d\d/);
});

test("[B22] markup, overrides and invisible characters in names and messages stay where they are", async () => {
  await say("\u202eedirrevo \u200b<script>window.pwned = 1</script> end");
  const shown = message(ada.page, "<script>window.pwned = 1</script>");
  await shown.waitFor();
  expect(await ada.page.evaluate(() => "pwned" in window)).toBe(false);
  const isolation = await shown
    .locator("[dir=auto]")
    .first()
    .evaluate((element) => getComputedStyle(element).unicodeBidi);
  expect(isolation).toBe("plaintext");
});

test("what happens to a group is a line of its log", async () => {
  await boClient.mutate("groups:renameGroup", { conversationId, groupName: "Renamed" });
  await log(ada.page).getByText("Bo Diddley named the group “Renamed”").waitFor();
});

test("a message that cannot be drawn leaves a note, and the others as they are", async () => {
  const page = await ada.context.newPage();
  await page.addInitScript(() => {
    const draw = Date.prototype.toISOString;
    Date.prototype.toISOString = function () {
      const text = draw.call(this);
      const broken = sessionStorage.getItem("broken");
      if (broken !== null && text === broken) throw new Error("cannot be drawn");
      return text;
    };
  });
  await page.goto(address());
  await message(page, "a late answer").waitFor();
  const moment = await message(page, "a late answer").locator("time").getAttribute("datetime");
  await page.evaluate((text) => sessionStorage.setItem("broken", text ?? ""), moment);
  await page.reload();
  await page.getByText("This message cannot be shown.").waitFor();
  await message(page, "filler 59.").waitFor();
  await composer(page).waitFor();
  await page.close();
});

test("[B24] what is long in coming is announced by its shape, what is quick is not", async () => {
  // A browser that has shown this chat before shows its copy of it, and no shape.
  const storageState = await ada.context.storageState();
  const { page } = await stage.visitor("Ada Elsewhere", { storageState });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.routeWebSocket(/\/convex\/api\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => void held.then(() => socket.send(frame)));
  });
  await page.goto(address());
  const skeleton = page.getByRole("progressbar", { name: "Loading messages" });
  await skeleton.waitFor();
  release();
  await message(page, "a late answer").waitFor();
  expect(await skeleton.count()).toBe(0);
  await page.close();
});

test("[B50] a session that is over asks to sign in once, and keeps what one has written", async () => {
  await composer(ada.page).fill("kept over the session");
  await expect
    .poll(() => ada.page.evaluate(() => JSON.stringify(Object.values(localStorage))))
    .toContain("kept over the session");
  await ada.context.clearCookies();
  await ada.page.reload();
  await isAtSignIn(ada.page);
  await signIn(ada);
  await ada.page.waitForURL(/messages/);
  await ada.page.goto(address());
  await conversationHeading(ada.page, "Renamed").waitFor();
  expect(await composer(ada.page).inputValue()).toBe("kept over the session");
});

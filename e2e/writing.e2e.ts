// What one writes: it stays with its chat, and leaves only when it is meant to.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { log } from "./rig/log";
import {
  composer,
  conversationHeading,
  conversationLink,
  message,
  openActions,
} from "./rig/screen";
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
  await ada.page.getByRole("navigation", { name: "Chats" }).getByText("half a thought").waitFor();
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

test("[B31] what one types at once after a change of chats is for the new chat only", async () => {
  await composer(ada.page).fill("for the group");
  await conversationLink(ada.page, "Bo Diddley").click();
  await ada.page.keyboard.type("for Bo");
  await conversationHeading(ada.page, "Bo Diddley").waitFor();
  await ada.page.keyboard.press("Enter");
  await message(ada.page, "for Bo").waitFor();
  await openChat(GROUP);
  expect(await composer(ada.page).inputValue()).toBe("for the group");
  expect(await message(ada.page, "for Bo").count()).toBe(0);
  await composer(ada.page).fill("");
});

test("[B26] [B36] Enter sends once, Shift+Enter breaks the line, and blanks go nowhere", async () => {
  const field = composer(ada.page);
  await field.fill("line one");
  await field.press("Shift+Enter");
  await ada.page.keyboard.type("line two");
  // Two presses in one task, as of a key that bounces.
  await field.evaluate((element) => {
    for (let press = 0; press < 2; press++) {
      const key = { key: "Enter", bubbles: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent("keydown", key));
    }
  });
  await message(ada.page, "line two").waitFor();
  expect(await message(ada.page, "line two").count()).toBe(1);
  const button = ada.page.getByRole("button", { name: "Send", exact: true });
  await field.fill("  \n ");
  expect(await button.isDisabled()).toBe(true);
  await field.press("Enter");
  await field.fill("after blanks");
  await button.dblclick();
  await message(ada.page, "after blanks").waitFor();
  const sent = (await adaClient.messages(conversationId)).map(({ content }) => content);
  expect(sent.slice(0, 2)).toEqual(["after blanks", "line one\nline two"]);
});

test("[B29] [B71] the up arrow edits the last own message, and Escape gives it up", async () => {
  const field = composer(ada.page);
  await field.press("ArrowUp");
  await ada.page.getByText("Editing your message").waitFor();
  await expect.poll(() => field.inputValue()).toBe("after blanks");
  const caret = await field.evaluate((element: HTMLTextAreaElement) => element.selectionStart);
  expect(caret).toBe("after blanks".length);
  await ada.page.keyboard.type("!");
  await ada.page.keyboard.press("Escape");
  await ada.page.getByText("Editing your message").waitFor({ state: "detached" });
  expect(await field.inputValue()).toBe("");
  await field.press("ArrowUp");
  await expect.poll(() => field.inputValue()).toBe("after blanks");
  await ada.page.keyboard.type(", edited");
  await field.press("Enter");
  await message(ada.page, "after blanks, edited").waitFor();
  expect(await field.inputValue()).toBe("");
});

test("[B29] [B30] a begun edit comes back after a change of chats and a reload, beside the draft", async () => {
  const field = composer(ada.page);
  const banner = ada.page.getByText("Editing your message");
  await field.fill("the draft");
  await openActions(ada.page, "after blanks, edited");
  await ada.page.getByRole("menuitem", { name: "Edit", exact: true }).click();
  await expect.poll(() => field.inputValue()).toBe("after blanks, edited");
  await expect
    .poll(() => field.evaluate((element: HTMLTextAreaElement) => element.selectionStart))
    .toBe("after blanks, edited".length);
  await field.press("End");
  await ada.page.keyboard.type(" at length");
  await openChat("Bo Diddley");
  expect(await banner.count()).toBe(0);
  expect(await field.inputValue()).toBe("");
  await openChat(GROUP);
  await banner.waitFor();
  await expect.poll(() => field.inputValue()).toBe("after blanks, edited at length");
  await ada.page.reload();
  await banner.waitFor();
  await expect.poll(() => field.inputValue()).toBe("after blanks, edited at length");
  // Given up, it does not come back; and the message is as it was.
  await field.press("Escape");
  await banner.waitFor({ state: "detached" });
  expect(await field.inputValue()).toBe("the draft");
  await ada.page.reload();
  await expect.poll(() => field.inputValue()).toBe("the draft");
  expect(await banner.count()).toBe(0);
  await field.fill("");
});

test("[B35] the field grows to 40 % of the window, then scrolls, and shrinks after sending", async () => {
  const field = composer(ada.page);
  const height = async () => (await field.boundingBox())?.height ?? 0;
  const low = await height();
  await field.fill("line\n".repeat(6));
  expect(await height()).toBeGreaterThan(low * 2);
  await field.fill("line\n".repeat(80));
  const share = (await height()) / (ada.page.viewportSize()?.height ?? 1);
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThanOrEqual(0.41);
  await field.press("Enter");
  await expect.poll(height).toBe(low);
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("[B33] a text that is too long stays, with the limit named", async () => {
  const field = composer(ada.page);
  await field.fill("x".repeat(4_001));
  await field.press("Enter");
  await ada.page.getByRole("alert").getByText("4,001 of 4,000").waitFor();
  expect(await field.inputValue()).toHaveLength(4_001);
  await field.fill("");
});

test("[B39] typing with nothing focused writes into the field", async () => {
  await ada.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await ada.page.keyboard.type("from anywhere");
  expect(await composer(ada.page).inputValue()).toBe("from anywhere");
  await composer(ada.page).fill("");
});

const suggestions = () => ada.page.getByRole("listbox", { name: "Suggestions" });

test("[B37] a name of an emoji is suggested after two letters", async () => {
  const field = composer(ada.page);
  await field.fill("");
  await ada.page.keyboard.type(":p");
  await field.press("Enter");
  await message(ada.page, ":p").waitFor();
  await ada.page.keyboard.type("so :smil");
  await suggestions().getByRole("option").first().waitFor();
  await field.press("Escape");
  await suggestions().waitFor({ state: "detached" });
  await ada.page.keyboard.type("e");
  expect(await suggestions().count()).toBe(0);
  await field.fill("");
  await ada.page.keyboard.type("so :thumbsu");
  await suggestions().getByRole("option").first().waitFor();
  await field.press("Tab");
  expect(await field.inputValue()).toMatch(/^so 👍/u);
  // Closed by hand, it is the emoji too.
  await ada.page.keyboard.type(" :tada:");
  await expect.poll(() => field.inputValue()).toMatch(/🎉$/u);
});

test("[B40] and undo takes it back", async () => {
  const field = composer(ada.page);
  await field.press("Control+z");
  expect(await field.inputValue()).not.toMatch(/🎉/u);
  await field.fill("");
});

test("[B28] while one composes, the list leaves Enter and arrows alone", async () => {
  const field = composer(ada.page);
  await ada.page.keyboard.type("@");
  await suggestions().waitFor();
  await field.evaluate((element) => {
    element.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
    const key = { key: "Enter", isComposing: true, keyCode: 229, bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent("keydown", key));
    element.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
  });
  expect(await field.inputValue()).toBe("@");
  await field.fill("");
});

test("[B38] an @ lists the members of this chat, and stays text for everybody else", async () => {
  const field = composer(ada.page);
  await ada.page.keyboard.type("hi @");
  const names = await suggestions().getByRole("option").allTextContents();
  expect(names.map((name) => name.replace(/^\W*BD/, ""))).toEqual(["Bo Diddley"]);
  await ada.page.keyboard.type("bo");
  await field.press("Enter");
  expect(await field.inputValue()).toBe("hi @Bo Diddley ");
  await ada.page.keyboard.type("and @Cyd Charisse");
  expect(await suggestions().count()).toBe(0);
  await field.press("Enter");
  const shown = message(ada.page, "hi @Bo Diddley");
  await shown.waitFor();
  expect(await shown.locator("bdi").allTextContents()).toEqual(["@Bo Diddley"]);
});

test("[B41] every emoji in every tone, by keyboard, served by us", async () => {
  const field = composer(ada.page);
  await field.fill("wave ");
  await ada.page.getByRole("button", { name: "Emoji", exact: true }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Emoji" });
  await dialog.getByRole("combobox", { name: "Skin tone" }).selectOption("medium");
  await dialog.getByRole("searchbox", { name: "Search emoji" }).fill("waving hand");
  await dialog.getByRole("gridcell", { name: "Waving hand" }).first().waitFor();
  await ada.page.keyboard.press("ArrowDown");
  await ada.page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await expect.poll(() => field.inputValue()).toBe("wave 👋🏽");
  await ada.page.getByRole("button", { name: "Emoji", exact: true }).click();
  // What has been used once is at hand, also without a connection.
  await ada.context.setOffline(true);
  await dialog
    .getByRole("region", { name: "Used last" })
    .getByRole("button", { name: "👋🏽" })
    .waitFor();
  await dialog.getByRole("gridcell").first().waitFor();
  await ada.context.setOffline(false);
  await ada.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await expect
    .poll(() => field.evaluate((element) => element === document.activeElement))
    .toBe(true);
  await field.fill("");
});

test("[B18] up to three emoji alone are large, joined ones count as one", async () => {
  const size = async (text: string) => {
    await composer(ada.page).fill(text);
    await composer(ada.page).press("Enter");
    const shown = log(ada.page).getByRole("article").last().getByText(text, { exact: true });
    await shown.waitFor();
    return shown.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  };
  expect(await size("👩‍👩‍👧‍👦🇳🇴👍🏿")).toBeGreaterThan(30);
  expect(await size("🌊🌊🌊🌊")).toBeLessThan(20);
});

test("[B19] a message of 4,000 characters is folded, and stays unfolded once it was read", async () => {
  await composer(ada.page).fill(`long ${"story ".repeat(665)}end`);
  await composer(ada.page).press("Enter");
  const shown = message(ada.page, "long story");
  const more = shown.getByRole("button", { name: "Read more" });
  await more.click();
  await shown.getByText(/end$/).waitFor();
  await openChat("Bo Diddley");
  await openChat(GROUP);
  await shown.getByText(/end$/).waitFor();
  expect(await more.count()).toBe(0);
});

test("[B20] [B21] code keeps its form and is copied as it is; nothing makes the page wider", async () => {
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const code = `if (a < b) {\n\treturn "**no markup** <b>";  // ${"x".repeat(300)}\n}`;
  await composer(ada.page).fill(`look:\n\`\`\`ts\n${code}\n\`\`\``);
  await composer(ada.page).press("Enter");
  const shown = message(ada.page, "look:");
  const block = shown.locator("pre");
  expect(await block.textContent()).toBe(code);
  expect(await block.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
  expect(await block.evaluate((element) => getComputedStyle(element).fontFamily)).toMatch(/mono/i);
  await shown.getByRole("button", { name: "Copy code" }).click();
  await shown.getByRole("button", { name: "Copied" }).waitFor();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(code);

  await composer(ada.page).fill(`${"u".repeat(500)} https://example.org/${"p".repeat(500)}`);
  await composer(ada.page).press("Enter");
  await message(ada.page, "uuuu").waitFor();
  const size = ada.page.viewportSize() ?? { width: 1280, height: 800 };
  await ada.page.setViewportSize({ width: 320, height: 640 });
  const wider = () =>
    ada.page.evaluate(() => {
      const view = document.querySelector('[role="log"]');
      const page = document.documentElement;
      return (
        page.scrollWidth - page.clientWidth + ((view?.scrollWidth ?? 0) - (view?.clientWidth ?? 0))
      );
    });
  await expect.poll(wider).toBe(0);
  await ada.page.setViewportSize(size);
});

test("a little markup is shown, and nothing of it is HTML", async () => {
  await composer(ada.page).fill(
    "**bold** *slanted* ~~gone~~ `code`\n> said before\n- one\n- two\n<img src=x onerror=alert(1)> https://example.org/a_b_c.",
  );
  await composer(ada.page).press("Enter");
  const shown = message(ada.page, "said before");
  await shown.waitFor();
  expect(await shown.locator("strong, em, s, code, blockquote, li").allTextContents()).toEqual([
    "bold",
    "slanted",
    "gone",
    "code",
    "said before",
    "one",
    "two",
  ]);
  const link = shown.getByRole("link");
  expect(await link.getAttribute("href")).toBe("https://example.org/a_b_c");
  expect(await link.getAttribute("rel")).toBe("noopener noreferrer nofollow ugc");
  expect(await shown.locator("img[src]").count()).toBe(0);
  await shown.getByText("<img src=x onerror=alert(1)>").waitFor();
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

// Parley in other languages: from the server's first byte, and in the direction they are written in.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let conversationId: string;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  const boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  await adaClient.mutate("users:syncUser", {});
  await boClient.mutate("users:syncUser", {});
  conversationId = await boClient.conversationWith((await adaClient.me()).clerkId);
  await boClient.mutate("messages:sendMessage", {
    conversationId,
    content: "שלום Parley 2026 עולם",
  });
  await boClient.mutate("messages:sendMessage", {
    conversationId,
    content: "here is code:\n```\nlet a = 1;\n```",
  });
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

/** A page as the server writes it, before any code of ours has run. */
async function firstBytes(path: string, headers: Record<string, string>): Promise<string> {
  return await (await fetch(stage.server.url + path, { headers })).text();
}

test("the server's first byte speaks what the browser asks for, or what was chosen", async () => {
  const german = await firstBytes("/sign-in", { "accept-language": "de-AT,de;q=0.9,en;q=0.5" });
  expect(german).toMatch(/<html[^>]* lang="de" dir="ltr"/);
  expect(german).toContain("Passwort");
  expect(german).toContain("<title>Anmelden · Parley</title>");
  const hebrew = await firstBytes("/sign-in", {
    "accept-language": "de",
    cookie: "parley_language=he",
  });
  expect(hebrew).toMatch(/<html[^>]* lang="he" dir="rtl"/);
  expect(hebrew).not.toContain("Passwort");
  expect(await firstBytes("/sign-in", { "accept-language": "tlh" })).toContain('lang="en"');
});

test("pages of several languages at once do not speak each other's", async () => {
  const words = { de: "Passwort", fr: "Mot de passe", es: "Contraseña", ja: "パスワード" };
  const asked = Array.from({ length: 6 }, () => Object.entries(words)).flat();
  const pages = await Promise.all(
    asked.map(([tag]) => firstBytes("/sign-in", { "accept-language": tag })),
  );
  pages.forEach((html, at) => {
    const [tag, own] = asked[at] as [string, string];
    const spoken = Object.values(words).filter((word) => html.includes(word));
    expect([tag, spoken]).toEqual([tag, [own]]);
  });
});

test("each language is a chunk of its own, which only its readers load", async () => {
  const sizes = async (locale: string) => {
    const person = await stage.visitor(`Reader ${locale}`, { locale });
    const texts: string[] = [];
    person.page.on("response", async (response) => {
      if (response.request().resourceType() === "script") texts.push(await response.text());
    });
    await person.page.goto("/sign-in", { waitUntil: "networkidle" });
    expect(person.troubles).toEqual([]);
    return texts.join("\n");
  };
  const english = await sizes("en-GB");
  expect(english).toContain("Sign in to Parley");
  expect(english).not.toContain("Passwort");
  const german = await sizes("de-DE");
  expect(german).toContain("Passwort");
  expect(german).not.toContain("Contraseña");
});

test("a language that is chosen comes without losing what was begun", async () => {
  const { page } = ada;
  await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("half a thought");
  await page.goto("/settings/language");
  await page.getByRole("radio", { name: "Deutsch" }).click();
  await page.getByRole("heading", { name: "Sprache", level: 2 }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
  await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  const field = page.getByRole("textbox", { name: "Nachricht", exact: true });
  await field.waitFor();
  expect(await field.inputValue()).toBe("half a thought");
  await field.fill("");
});

test("emoji go by their names in the person's language, and by the English ones", async () => {
  const { page } = ada;
  const field = page.getByRole("textbox", { name: "Nachricht", exact: true });
  for (const [written, emoji] of [
    [":anker", "⚓"],
    [":thumbsu", "👍"],
  ] as const) {
    await field.fill("");
    await field.pressSequentially(written);
    await page.getByRole("option").first().waitFor();
    await field.press("Tab");
    await expect.poll(() => field.inputValue()).toContain(emoji);
  }
  await field.fill("");
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  await page.getByRole("searchbox", { name: "Emoji suchen" }).fill("winkende");
  await page
    .getByRole("gridcell", { name: /winkende Hand/i })
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
});

test("what an account is and how a server is run is said in it, too", async () => {
  const { page } = ada;
  await page.goto("/settings/account");
  await page.getByRole("region", { name: "Anmeldung in zwei Schritten" }).waitFor();
  await page.getByRole("list", { name: "Geräte" }).getByText("Dieses Gerät").waitFor();
  await page.goto("/admin");
  await page.getByRole("button", { name: "Aktionen für Bo Diddley" }).click();
  await page.getByRole("menuitem", { name: "Zum Admin machen" }).click();
  await page.getByRole("tab", { name: "Protokoll" }).click();
  await page.getByText("Ada Lovelace hat die Rolle von Bo Diddley geändert").waitFor();
  expect(ada.troubles).toEqual([]);
});

test("[B91] from right to left: list, bubbles and icons are mirrored, code is not", async () => {
  const { page } = ada;
  await page.goto("/settings/language");
  await page.getByRole("radio", { name: "עברית" }).click();
  await page.waitForFunction(() => document.documentElement.dir === "rtl");
  await page.goto(`/messages?conversationId=${encodeURIComponent(conversationId)}`);
  const mixed = page.getByRole("article").filter({ hasText: "Parley 2026" });
  await mixed.waitFor();

  const list = await page.getByRole("navigation").filter({ hasText: "Bo Diddley" }).boundingBox();
  const bubble = await mixed.boundingBox();
  expect(list && bubble && list.x > bubble.x + bubble.width / 2).toBe(true);

  // The words as they lie on the screen, from right to left.
  const order = await mixed.evaluate((article) => {
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent ?? "";
      if (!text.includes("Parley 2026")) continue;
      return ["שלום", "Parley", "2026", "עולם"]
        .map((word) => {
          const range = document.createRange();
          range.setStart(node, text.indexOf(word));
          range.setEnd(node, text.indexOf(word) + word.length);
          return { word, right: range.getBoundingClientRect().right };
        })
        .sort((a, b) => b.right - a.right)
        .map(({ word }) => word);
    }
    return [];
  });
  expect(order).toEqual(["שלום", "2026", "Parley", "עולם"]);
  expect(await page.locator("pre").evaluate((pre) => getComputedStyle(pre).direction)).toBe("ltr");

  // One's own bubbles stand at the line's end, which is the left here.
  const own = page.getByRole("article").filter({ hasText: "מזל" });
  await page.locator("textarea").fill("מזל");
  await page.locator("textarea").press("Enter");
  await own.waitFor();
  const ownText = await own.getByText("מזל").boundingBox();
  const theirText = await mixed.getByText("Parley 2026").boundingBox();
  expect(ownText && theirText && ownText.x < theirText.x).toBe(true);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  const back = page.locator("header svg.lucide-chevron-left").first();
  await back.waitFor();
  expect(await back.evaluate((icon) => getComputedStyle(icon).scale)).toBe("-1 1");
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});

test("[B91] in the list a long text of the other direction begins where one reads, after who said it", async () => {
  const { page } = ada;
  await page.setViewportSize({ width: 1280, height: 800 });
  const long = "Begin and then a text in Latin letters that is far longer than any row of the list";
  await page.locator("textarea").fill(long);
  await page.locator("textarea").press("Enter");
  const row = page.locator("nav li").filter({ hasText: "Bo Diddley" });
  const line = row.getByText(long);
  await line.waitFor();
  const seen = await line.evaluate((element) => {
    const node = element.firstChild as Text;
    const range = document.createRange();
    range.setStart(node, 0);
    range.setEnd(node, "Begin".length);
    const word = range.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    return { startsInside: word.left >= box.left - 1 && word.right <= box.right + 1 };
  });
  expect(seen).toEqual({ startsInside: true });
  // "Me:" is at the line's start, which is the right, and the text follows on it.
  const who = await row.getByText("ממני:").last().boundingBox();
  const text = await line.boundingBox();
  expect(who && text && text.x + text.width <= who.x + 1).toBe(true);
});

test("from right to left: tabs and menus are, too", async () => {
  const { page } = ada;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/admin");
  const [first, second] = [page.getByRole("tab").first(), page.getByRole("tab").nth(1)];
  await first.waitFor();
  const left = async (tab: typeof first) => (await tab.boundingBox())?.x ?? 0;
  expect(await left(first)).toBeGreaterThan(await left(second));
  await first.focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => second.getAttribute("aria-selected")).toBe("true");
  await first.click();
  const directionOf = (role: "menu" | "tablist") =>
    page.getByRole(role).evaluate((element) => getComputedStyle(element).direction);
  expect(await directionOf("tablist")).toBe("rtl");
  await page.getByRole("button", { name: /Bo Diddley/ }).click();
  await page.getByRole("menu").waitFor();
  expect(await directionOf("menu")).toBe("rtl");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
});

test("nothing of it complained", () => {
  expect(ada.troubles).toEqual([]);
});

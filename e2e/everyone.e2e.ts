// Everybody can use it: nothing that a machine can find is in their way, in either theme.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ParleyClient } from "./rig/api";
import { composer, conversationLink, mainNavigation, message, openActions } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

let stage: Stage;
let ada: Person;
let chat: string;
beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  const bo = await stage.person("Bo Diddley");
  const adaClient = new ParleyClient(stage.server.url, await tokenOf(ada));
  const boClient = new ParleyClient(stage.server.url, await tokenOf(bo));
  await adaClient.mutate("users:syncUser", {});
  await boClient.mutate("users:syncUser", {});
  const boId = (await boClient.me()).clerkId;
  const conversationId = await adaClient.conversationWith(boId);
  chat = `/messages?conversationId=${encodeURIComponent(conversationId)}`;
  await adaClient.mutate("messages:sendMessage", { conversationId, content: "mine, **bold**" });
  await boClient.mutate("messages:sendMessage", {
    conversationId,
    content: "theirs, with `code` and https://example.org/",
  });
  await adaClient.mutate("conversations:createGroup", {
    groupName: "Writers",
    participantIds: [boId],
  });
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

/** What axe calls serious or critical, with the elements that it means. */
async function troublesOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: page as never }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
    );
}

/** Opens a place and says when it stands. */
type Place = { name: string; open: (page: Page) => Promise<void> };

const places: Place[] = [
  {
    name: "list",
    open: async (page) => {
      await page.goto("/messages");
      await page.getByRole("navigation", { name: "Chats" }).getByText("Writers").waitFor();
    },
  },
  {
    name: "chat",
    open: async (page) => {
      await page.goto(chat);
      await message(page, "theirs").waitFor();
    },
  },
  {
    name: "message menu",
    open: async (page) => {
      await openActions(page, "mine");
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "delete dialog",
    open: async (page) => {
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "emoji dialog",
    open: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog").waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Emoji", exact: true }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "new group",
    open: async (page) => {
      await page.goto("/messages");
      await page.getByRole("button", { name: "New group" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "people",
    open: async (page) => {
      await page.goto("/users");
      await page.getByRole("list", { name: "People" }).getByText("Bo Diddley").waitFor();
    },
  },
  {
    name: "profile panel",
    open: async (page) => {
      await mainNavigation(page).getByRole("button", { name: "Profile" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  ...["account", "language", "look", "writing", "privacy", "blocked"].map((section) => ({
    name: `settings: ${section}`,
    open: async (page: Page) => {
      await page.goto(`/settings/${section}`);
      await page
        .locator("main h2 ~ *, main fieldset, main [role=switch], main p")
        .first()
        .waitFor();
    },
  })),
];

/** Looks at things at rest: a colour on its way is neither the one nor the other. */
async function comeToRest(page: Page): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished)));
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`[B84] axe finds nothing serious in the ${colorScheme} theme`, async () => {
    const found: string[] = [];
    await ada.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const { name, open } of places) {
      await open(ada.page);
      await comeToRest(ada.page);
      found.push(...(await troublesOf(ada.page)).map((trouble) => `${name}: ${trouble}`));
    }
    const visitor = await stage.visitor(`Visitor ${colorScheme}`, { colorScheme });
    for (const path of ["/sign-in", "/sign-up", "/forgot-password"]) {
      await visitor.page.goto(path);
      // Without mail a forgotten password has no form, and says so.
      await visitor.page.getByRole("heading").first().waitFor();
      await comeToRest(visitor.page);
      found.push(...(await troublesOf(visitor.page)).map((trouble) => `${path}: ${trouble}`));
    }
    expect(found).toEqual([]);
  });
}

test("[B89] on touch every target is at least 44 px", async () => {
  const finger = await stage.visitor("Finger", {
    viewport: { width: 320, height: 640 },
    isMobile: true,
    hasTouch: true,
    storageState: await ada.context.storageState(),
  });
  const small: string[] = [];
  for (const path of ["/messages", chat, "/users", "/settings", "/settings/look"]) {
    await finger.page.goto(path);
    await mainNavigation(finger.page).or(composer(finger.page)).first().waitFor();
    await finger.page.waitForLoadState("networkidle");
    const found = await finger.page.evaluate(() =>
      [...document.querySelectorAll("a[href], button, input, textarea, [role=button]")]
        .filter((element) => element.checkVisibility() && !element.closest("[role=log]"))
        .map((element) => {
          // A field inside a label is hit wherever the label is.
          const target = element.closest("label") ?? element;
          const { width, height } = target.getBoundingClientRect();
          const name = element.getAttribute("aria-label") ?? element.textContent ?? "";
          return { name: `${element.tagName} ${name.slice(0, 40)}`, width, height };
        })
        .filter(({ width, height }) => width > 1 && (width < 43.5 || height < 43.5))
        .map(({ name, width, height }) => `${name}: ${Math.round(width)} × ${Math.round(height)}`),
    );
    small.push(...found.map((target) => `${path.slice(0, 20)} ${target}`));
  }
  expect(small).toEqual([]);
});

test("[B90] without motion nothing slides, and forced colours leave everything to be seen", async () => {
  const { page } = ada;
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  await page.goto(chat);
  await composer(page).focus();
  const look = await page.evaluate(() => {
    const seconds = (text: string) =>
      Math.max(...text.split(",").map((part) => Number.parseFloat(part)));
    const slow = [...document.querySelectorAll("*")].filter((element) => {
      const { animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element);
      return (
        seconds(animationDuration) > 0.001 ||
        seconds(transitionDuration) > 0.001 ||
        scrollBehavior === "smooth"
      );
    });
    return slow.map((element) => element.outerHTML.slice(0, 100));
  });
  expect(look).toEqual([]);
  await page.goto("/settings/look");
  const chosen = page.locator("label:has(input:checked)").first();
  await chosen.waitFor();
  expect(await chosen.evaluate((label) => getComputedStyle(label).outlineStyle)).toBe("solid");
  await page.emulateMedia({ forcedColors: "none" });

  // The panels of a phone are moved by code, which has to ask for itself.
  const still = await stage.visitor("Still", {
    viewport: { width: 390, height: 844 },
    reducedMotion: "reduce",
    storageState: await ada.context.storageState(),
  });
  await still.page.goto("/messages");
  await conversationLink(still.page, "Bo Diddley").waitFor();
  await still.page.evaluate(() => {
    const moves: string[] = [];
    Object.assign(window, { moves });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { transform } = (target as HTMLElement).style;
        if (/translateX\((?!0|none)|scale\((?!1\))/.test(transform)) moves.push(transform);
      }
    }).observe(document.body, { attributeFilter: ["style"], subtree: true });
  });
  await conversationLink(still.page, "Bo Diddley").click();
  await message(still.page, "theirs").waitFor();
  await still.page.getByRole("button", { name: "Back", exact: true }).click();
  await conversationLink(still.page, "Bo Diddley").waitFor();
  await composer(still.page).waitFor({ state: "detached" });
  const moves = () => still.page.evaluate(() => (window as unknown as { moves: string[] }).moves);
  expect(await moves()).toEqual([]);
});

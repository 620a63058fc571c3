// What is on each picture, and how one gets there.
import type { Page } from "playwright-core";
import { layCable } from "../../e2e/rig/cable";
import {
  composer,
  conversationHeading,
  conversationLink,
  mainNavigation,
  message,
  openActions,
} from "../../e2e/rig/screen";

export interface Shot {
  name: string;
  /** For the list of pictures. */
  text: string;
  /** Seen without being signed in. */
  isVisitor?: boolean;
  open: (page: Page) => Promise<void>;
}

const visitor = (name: string, path: string, text: string): Shot => ({
  name,
  text,
  isVisitor: true,
  open: async (page) => {
    await page.goto(path);
    await page.getByRole("heading").first().waitFor();
  },
});

const settings = (section: string, text: string): Shot => ({
  name: `settings-${section}`,
  text,
  open: async (page) => {
    await page.goto(`/settings/${section}`);
    await page.locator("main h2 ~ *, main fieldset, main [role=switch], main p").first().waitFor();
  },
});

async function openChats(page: Page): Promise<void> {
  await page.goto("/messages");
  await conversationLink(page, "Jonas").waitFor();
}

async function openChat(page: Page, name: string): Promise<void> {
  await openChats(page);
  await conversationLink(page, name).first().click();
  await conversationHeading(page, name).waitFor();
  await page.getByRole("log").getByRole("article").first().waitFor();
  // The live log, which can be acted on, in the place of its copy.
  await page.getByRole("log").getByRole("button").first().waitFor({ state: "attached" });
  await page.mouse.move(0, 0);
}

export const SHOTS: Shot[] = [
  visitor("sign-in", "/sign-in", "Signing in"),
  visitor("sign-up", "/sign-up", "Signing up"),
  visitor("forgot-password", "/forgot-password", "A forgotten password"),
  { name: "chats", text: "The list of chats", open: openChats },
  {
    name: "group",
    text: "A group with what is unread in it",
    open: (page) => openChat(page, "Design review"),
  },
  { name: "chat", text: "A chat of two", open: (page) => openChat(page, "Jonas") },
  {
    name: "details",
    text: "Who is in a group, and what may be done about it",
    open: async (page) => {
      await openChat(page, "Design review");
      await page.getByRole("button", { name: "Chat details" }).first().click();
      await page.getByText("Aiko Tanaka").last().waitFor();
    },
  },
  {
    name: "menu",
    text: "What can be done with a message",
    open: async (page) => {
      await openChat(page, "Jonas");
      await openActions(page, "Upstairs has the better light");
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "reply",
    text: "Answering a message",
    open: async (page) => {
      await openChat(page, "Jonas");
      await openActions(page, "You are the best");
      await page.getByRole("menuitem", { name: "Reply" }).click();
      await composer(page).fill("No, **you** are");
    },
  },
  {
    name: "emoji",
    text: "The emoji picker",
    open: async (page) => {
      await openChat(page, "Jonas");
      await page.getByRole("button", { name: "Emoji", exact: true }).click();
      await page.getByRole("dialog").getByRole("gridcell").first().waitFor();
    },
  },
  {
    name: "search",
    text: "Chats, people and messages by what is typed",
    open: async (page) => {
      await openChats(page);
      await page.getByRole("searchbox", { name: "Search" }).fill("li");
      await page.getByRole("heading", { name: "Messages" }).waitFor();
    },
  },
  {
    name: "new-group",
    text: "A new group",
    open: async (page) => {
      await openChats(page);
      await page.getByRole("button", { name: "New group" }).click();
      await page.getByRole("dialog").getByText("Aiko Tanaka").waitFor();
    },
  },
  {
    name: "people",
    text: "Everybody one can talk to",
    open: async (page) => {
      await page.goto("/users");
      await page.getByRole("list", { name: "People" }).getByText("Jonas Weber").waitFor();
    },
  },
  {
    name: "profile",
    text: "One's own profile",
    open: async (page) => {
      await openChats(page);
      await mainNavigation(page).getByRole("button", { name: "Profile" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "palette",
    text: "Ctrl K leads everywhere",
    open: async (page) => {
      await openChats(page);
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "shortcuts",
    text: "The keys",
    open: async (page) => {
      await openChats(page);
      await page.keyboard.press("Control+/");
      await page.getByRole("dialog").waitFor();
    },
  },
  settings("account", "Settings: account"),
  settings("language", "Settings: language"),
  settings("look", "Settings: look"),
  settings("writing", "Settings: writing"),
  settings("privacy", "Settings: privacy"),
  settings("blocked", "Settings: blocked people"),
  {
    name: "admin",
    text: "The server, for its owner",
    open: async (page) => {
      await page.goto("/admin");
      await page.getByText("Noah Okafor").first().waitFor();
    },
  },
  {
    name: "missing",
    text: "A page that does not exist",
    open: async (page) => {
      await page.goto("/nowhere");
      await page.locator("main").waitFor();
    },
  },
  {
    name: "offline",
    text: "Without a connection",
    open: async (page) => {
      // Without a network a browser still keeps the sockets that it has.
      const cable = await layCable(page.context());
      await openChat(page, "Jonas");
      cable.cut();
      await page.context().setOffline(true);
      await page
        .getByRole("status")
        .filter({ hasText: /^Offline/ })
        .waitFor();
      await composer(page).fill("Written on the train");
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await message(page, "Written on the train").waitFor();
    },
  },
];

// Pictures of every screen, of people and talks that are made up, at a time that stands still.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { type Place, type Server, startProduct } from "../../bench/processes";
import { findBrowser, NO_BROWSER_SENTENCE } from "../find-browser.mjs";
import { type PastConversation, writeHistory } from "../history/write-history";
import { SHOTS, type Shot } from "./shots";
import { momentOf, NOW_MS, PEOPLE, STORIES, type Story } from "./story";

const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const THEMES = ["light", "dark"] as const;
const WAIT_MAX_MS = 30_000;
const BYTES_MAX = 6 * 1024 * 1024;
/** Text stays sharp, and a picture is some tens of kilobytes. */
const QUALITY = 78;

interface Account {
  name: string;
  cookie: string;
  userId: string;
  client: ConvexHttpClient;
}

/** @param only Names of pictures; all when there are none. */
export async function main(rootDir: string, only: readonly string[]): Promise<void> {
  const executablePath = await findBrowser();
  if (executablePath === null) throw new Error(NO_BROWSER_SENTENCE);
  const shiftMs = NOW_MS - Date.now();
  // For the servers that are started from here.
  process.env.PARLEY_CLOCK_SHIFT_MS = String(shiftMs);
  process.env.NODE_OPTIONS = `--import ${new URL("shifted-clock.mjs", `file://${rootDir}scripts/screens/`)}`;
  mkdirSync(join(rootDir, ".parley"), { recursive: true });
  const workDir = mkdtempSync(join(rootDir, ".parley/screens-"));
  const place = { rootDir, outDir: workDir, workDir, isPinned: false, profileDir: null };
  let browser: Browser | null = null;
  let server: Server | null = null;
  try {
    const told = await tell(place);
    server = told.server;
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath, args });
    await takeAll(browser, { ...told, outDir: join(rootDir, "docs/screens"), shiftMs, only });
  } finally {
    await browser?.close();
    await server?.stop();
    rmSync(workDir, { recursive: true, force: true });
  }
  process.exit(0);
}

/** Lets everybody sign up and have said what the stories tell. */
async function tell(place: Place): Promise<{ server: Server; me: Account; others: Account[] }> {
  const first = await startProduct(place);
  const accounts: Account[] = [];
  for (const name of PEOPLE) accounts.push(await signUp(first.url, name));
  const [me, ...others] = accounts as [Account, ...Account[]];
  const find = (who: string) => accounts.find(({ name }) => name.startsWith(who)) ?? me;
  const past: PastConversation[] = [];
  for (const story of STORIES) {
    const conversationId = await open(me, story.with.map(find), story.group);
    const messages = story.lines.map(([day, time, who, content, more = {}]) => ({
      ...more,
      senderId: find(who).userId,
      content,
      sentAt: momentOf(day, time),
      reactions: (more.reactions ?? []).flatMap(([emoji, ...givers]) =>
        givers.map((giver) => ({ emoji, userId: find(giver).userId })),
      ),
    }));
    const read = story.with.map((name) => [find(name).userId, 0] as const);
    const unread = { ...Object.fromEntries(read), [me.userId]: story.unread ?? 0 };
    past.push({ conversationId, messages, unread });
  }
  await first.stop();
  await writeHistory(place.rootDir, join(place.workDir, "product/engine"), past);
  const server = await startProduct(place);
  for (const account of accounts) account.client = await clientOf(server.url, account.cookie);
  return { server, me, others };
}

async function signUp(url: string, name: string): Promise<Account> {
  const email = `person.${(PEOPLE as readonly string[]).indexOf(name)}@example.org`;
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ name, email, password: "made up, all of it" }),
  });
  if (!response.ok) throw new Error(`Sign-up answered ${response.status}.`);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const client = await clientOf(url, cookie);
  await client.mutation(makeFunctionReference<"mutation">("users:syncUser"), {});
  const user = await client.query(makeFunctionReference<"query">("users:getCurrentUser"), {});
  return { name, cookie, client, userId: (user as { clerkId: string }).clerkId };
}

async function clientOf(url: string, cookie: string): Promise<ConvexHttpClient> {
  const response = await fetch(`${url}/api/auth/token`, { headers: { cookie } });
  const client = new ConvexHttpClient(`${url}/convex`);
  client.setAuth(((await response.json()) as { token: string }).token);
  return client;
}

async function open(me: Account, others: Account[], group: Story["group"]): Promise<string> {
  const ids = others.map(({ userId }) => userId);
  const [name, args] =
    group === undefined
      ? ["getOrCreateConversation", { participantIds: [me.userId, ...ids] }]
      : ["createGroup", { groupName: group, participantIds: ids }];
  const made = makeFunctionReference<"mutation">(`conversations:${name}`);
  return (await me.client.mutation(made, args)) as string;
}

type Studio = {
  server: Server;
  me: Account;
  others: Account[];
  outDir: string;
  shiftMs: number;
  only: readonly string[];
};

async function takeAll(browser: Browser, studio: Studio): Promise<void> {
  const { outDir, only } = studio;
  mkdirSync(outDir, { recursive: true });
  if (only.length === 0) {
    for (const file of readdirSync(outDir)) rmSync(join(outDir, file));
  }
  const shots = SHOTS.filter(({ name }) => only.length === 0 || only.includes(name));
  const troubles: string[] = [];
  for (const viewport of WIDTHS) {
    for (const shot of shots) {
      await takeShot(browser, studio, shot, viewport).catch((error: Error) => {
        troubles.push(`${shot.name}, ${viewport.width}: ${error.message}`);
      });
    }
    if (only.length === 0 || only.includes("right-to-left")) {
      await takeRightToLeft(browser, studio, viewport);
    }
  }
  writeFileSync(join(outDir, "README.md"), listOfPictures());
  checkSize(outDir);
  // The others are taken all the same, so that one screen that has changed does not hide the next.
  if (troubles.length > 0) throw new Error(troubles.join("\n"));
}

async function takeShot(
  browser: Browser,
  studio: Studio,
  shot: Shot,
  viewport: { width: number; height: number },
): Promise<void> {
  const page = await newPage(browser, studio, shot, viewport);
  try {
    await beActive(studio);
    await shot.open(page);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.waitForFunction(
        (isDark) => document.documentElement.classList.contains("dark") === isDark,
        theme === "dark",
      );
      await take(page, join(studio.outDir, `${shot.name}-${viewport.width}-${theme}.webp`));
    }
  } finally {
    await page.context().close();
  }
}

async function newPage(
  browser: Browser,
  { server, me, shiftMs }: Studio,
  shot: Pick<Shot, "isVisitor">,
  viewport: { width: number; height: number },
): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    baseURL: server.url,
    viewport,
    locale: "en-GB",
    timezoneId: "UTC",
    serviceWorkers: "block",
    isMobile: viewport.width < 720,
    hasTouch: viewport.width < 720,
  });
  context.setDefaultTimeout(WAIT_MAX_MS);
  await context.addInitScript((ms) => {
    const RealDate = Date;
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, args, made) =>
        Reflect.construct(target, args.length === 0 ? [RealDate.now() + ms] : args, made),
      get: (target, key) => (key === "now" ? () => RealDate.now() + ms : Reflect.get(target, key)),
    });
  }, shiftMs);
  if (!shot.isVisitor) {
    const cookies = me.cookie.split("; ").map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      return { name, value, url: server.url };
    });
    await context.addCookies(cookies);
  }
  return context.newPage();
}

/** Two people are here, so that presence is seen. */
async function beActive({ others }: Studio): Promise<void> {
  const heartbeat = makeFunctionReference<"mutation">("users:sendHeartbeat");
  for (const { client } of others.slice(0, 2))
    await client.mutation(heartbeat, { tabId: "screens" });
}

async function takeRightToLeft(
  browser: Browser,
  studio: Studio,
  viewport: { width: number; height: number },
): Promise<void> {
  const page = await newPage(browser, studio, {}, viewport);
  const { url } = studio.server;
  await page.context().addCookies([{ name: "parley_language", value: "he", url }]);
  await page.goto("/messages");
  const chat = page.locator("nav").getByRole("link", { name: /דנה/ });
  await chat.click();
  await page.getByRole("log").getByRole("button").first().waitFor({ state: "attached" });
  await take(page, join(studio.outDir, `right-to-left-${viewport.width}-light.webp`));
  await page.context().close();
}

async function take(page: Page, path: string): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)));
  });
  const png = await page.screenshot({ animations: "disabled", caret: "hide" });
  await sharp(png).webp({ quality: QUALITY, effort: 6 }).toFile(path);
  console.log(path.split("/").at(-1));
}

function checkSize(outDir: string): void {
  const bytes = readdirSync(outDir).reduce(
    (sum, file) => sum + statSync(join(outDir, file)).size,
    0,
  );
  console.log(`${(bytes / 1024 / 1024).toFixed(1)} MiB`);
  if (bytes > BYTES_MAX) throw new Error("The pictures are too large to be kept in a repository.");
}

function listOfPictures(): string {
  const names = [...SHOTS, { name: "right-to-left", text: "A chat in Hebrew" }];
  const cell = (name: string, width: number, theme: string) =>
    name === "right-to-left" && theme === "dark"
      ? "–"
      : `[${theme}](${name}-${width}-${theme}.webp)`;
  return [
    "# Screens",
    "",
    "Taken by `npm run screens` from a server of its own, with made-up people, at a time that stands still; `npm run screens -- chat people`",
    "takes these again. 1440 × 900 and 390 × 844 pixels.",
    "",
    "| what | wide | narrow |",
    "| --- | --- | --- |",
    ...names.map(
      ({ name, text }) =>
        `| ${text} | ${cell(name, 1440, "light")} ${cell(name, 1440, "dark")} | ${cell(name, 390, "light")} ${cell(name, 390, "dark")} |`,
    ),
    "",
  ].join("\n");
}

// What a person feels, in Chromium, on Parley as `npm start` runs it, with a very long conversation open.
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { endWatch, log, watchFrames } from "../e2e/rig/log";
import { composer, conversationLink, message } from "../e2e/rig/screen";
import { findBrowser, NO_BROWSER_SENTENCE } from "../scripts/find-browser.mjs";
import { writeHistory } from "../scripts/history/write-history";
import { median } from "./measure";
import { type Place, type Server, startProduct } from "./processes";
import { type Account, clientOf, inOrder, openPair, signUpPeople } from "./product-people";

export interface BrowserOptions {
  /** How many messages the long conversation holds. */
  messages: number;
  repeats: number;
  /** For how long messages come in while long tasks are counted. */
  floodSeconds: number;
}

export interface BrowserFigures {
  messages: number;
  /** What the page itself names, and all that had come when it was at rest. */
  scripts: Record<"named" | "all", { files: number; bytes: number }>;
  framesToBubble: number[];
  /** From a key to the frame that shows its letter, on a slow processor; under 16 counts as 16. */
  keyMs: number[];
  switchMs: number[];
  flood: { messages: number; longTasks: number[] };
  scroll: Scroll;
  coldMs: { withCopies: Cold[]; withoutCopies: Cold[] };
}

interface Scroll {
  seconds: number;
  frames: number;
  /** Frames that came later than two should have. */
  late: number;
  blanks: number;
  leaps: number;
  pushes: number;
  seen: number;
  missing: number;
}

interface Cold {
  list: number;
  chat: number;
}

const HISTORY_STEP_MS = 20_000;
const FLOOD_A_SECOND = 20;
const SLOWER = 4;
const LONG_TASK_MS = 50;
const LATE_FRAME_MS = 34;
const SHORT_CHAT = 40;
const WAIT_MAX_MS = 60_000;
/** Older messages take less to come, or do not come at all. */
const STALL_MS = 20_000;

export async function runBrowser(place: Place, options: BrowserOptions): Promise<BrowserFigures> {
  const executablePath = await findBrowser();
  if (executablePath === null) throw new Error(NO_BROWSER_SENTENCE);
  const workDir = mkdtempSync(join(place.workDir, "browser-"));
  const stage = await furnish({ ...place, workDir }, options.messages);
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    return await measureAll(browser, stage, options);
  } finally {
    await browser.close();
    await stage.server.stop();
  }
}

interface Stage {
  server: Server;
  ada: Account;
  bo: Account;
  long: string;
  short: string;
}

/** Two people with a very long conversation, and one of them with a short one beside it. */
async function furnish(place: Place, messages: number): Promise<Stage> {
  const first = await startProduct(place);
  const [ada, bo, cy] = (await signUpPeople(first.url, 3)) as [Account, Account, Account];
  const long = await openPair(first.url, ada, bo);
  const short = await openPair(first.url, ada, cy);
  await first.stop();
  const startMs = Date.now() - (messages + SHORT_CHAT) * HISTORY_STEP_MS;
  const history = (count: number, other: Account) =>
    inOrder(count).map((n) => ({
      senderId: n % 3 === 0 ? ada.userId : other.userId,
      content: `#${n + 1} ${"what people say to each other, ".repeat((n * 7) % 6)}`,
      sentAt: startMs + n * HISTORY_STEP_MS,
    }));
  const started = performance.now();
  await writeHistory(place.rootDir, join(place.workDir, "product/engine"), [
    { conversationId: short, messages: history(SHORT_CHAT, cy), unread: { [ada.userId]: 0 } },
    { conversationId: long, messages: history(messages, bo), unread: { [ada.userId]: 0 } },
  ]);
  const seconds = (performance.now() - started) / 1_000;
  console.log(`wrote ${messages.toLocaleString("en")} messages in ${seconds.toFixed(0)} s`);
  return { server: await startProduct(place), ada, bo, long, short };
}

async function measureAll(
  browser: Browser,
  stage: Stage,
  options: BrowserOptions,
): Promise<BrowserFigures> {
  const { long } = stage;
  const scripts = await firstLoad(await contextOf(browser, stage));
  console.log(`first load: ${JSON.stringify(scripts)}`);
  const context = await contextOf(browser, stage);
  const page = await context.newPage();
  await page.goto(addressOf(long));
  await message(page, `#${options.messages} `).waitFor({ timeout: WAIT_MAX_MS });

  const framesToBubble: number[] = [];
  // Every message has its number, so that scrolling can tell whether one was left out.
  let newest = options.messages;
  for (let n = 0; n < options.repeats; n += 1) {
    newest += 1;
    framesToBubble.push(await enter(page, `#${newest} own`));
  }
  console.log(`frames from Enter to the bubble: ${framesToBubble.join(" ")}`);
  const keyMs = await typing(page);
  console.log(`ms from a key to its letter: ${keyMs.join(" ")}`);
  const switchMs = await switches(page, options.repeats, `#${newest} `);
  console.log(`ms to the other chat: ${switchMs.map(Math.round).join(" ")}`);
  const flood = await floodOf(page, stage, { from: newest + 1, seconds: options.floodSeconds });
  newest += flood.messages;
  console.log(`long tasks: ${flood.longTasks.map(Math.round).join(" ") || "none"}`);
  const coldMs = await coldStarts(browser, context, stage, options.repeats);
  await page.reload();
  // The live log, which can be acted on, in the place of its copy.
  await message(page, `#${newest} `).getByRole("button").first().waitFor({ state: "attached" });
  const scroll = await scrollAll(page, newest);
  console.log(`scrolled: ${JSON.stringify(scroll)}`);
  return {
    messages: options.messages,
    scripts,
    framesToBubble,
    keyMs,
    switchMs,
    flood,
    scroll,
    coldMs,
  };
}

const addressOf = (conversationId: string) =>
  `/messages?conversationId=${encodeURIComponent(conversationId)}`;

async function contextOf(browser: Browser, { server, ada }: Stage): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    // It fetches the whole build when the page has come to rest; not what a page waits for.
    serviceWorkers: "block",
  });
  const [name = "", value = ""] = ada.cookie.split(";")[0]!.split(/=(.*)/s);
  await context.addCookies([{ name, value, url: server.url }]);
  return context;
}

/** The JavaScript that a browser without any cache fetches for the messages page, as it is transferred. */
async function firstLoad(context: BrowserContext): Promise<BrowserFigures["scripts"]> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const scripts = new Map<string, { path: string; headBytes: number }>();
  const sizes = new Map<string, number>();
  session.on("Network.responseReceived", ({ requestId, type, response }) => {
    const path = new URL(response.url).pathname;
    if (type !== "Script" && !path.endsWith(".js")) return;
    scripts.set(requestId, { path, headBytes: response.encodedDataLength });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const script = scripts.get(requestId);
    if (script) sizes.set(script.path, encodedDataLength - script.headBytes);
  });
  const html = await (await page.goto("/messages"))?.text();
  await conversationLink(page, "Person 2").waitFor({ timeout: WAIT_MAX_MS });
  await page.waitForLoadState("networkidle");
  await context.close();
  const sumOf = (paths: string[]) => ({
    files: paths.length,
    bytes: paths.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0),
  });
  const all = [...sizes.keys()];
  // Names in the page's data have no leading part.
  const named = all.filter((path) => html?.includes(path.replace(/^\/_next\//, "")));
  return { named: sumOf(named), all: sumOf(all) };
}

/** In how many frames after the key the bubble is painted. */
async function enter(page: Page, text: string): Promise<number> {
  await composer(page).fill(text);
  await page.evaluate((wanted) => {
    const seen = window as unknown as { frames: number };
    seen.frames = 0;
    addEventListener(
      "keydown",
      () => {
        let frames = 0;
        const look = () => {
          frames += 1;
          const last = [...document.querySelectorAll('[role="log"] article')].at(-1);
          if (last?.textContent?.includes(wanted)) seen.frames = frames;
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      { once: true, capture: true },
    );
  }, text);
  await composer(page).press("Enter");
  await page.waitForFunction(() => (window as unknown as { frames: number }).frames > 0);
  return page.evaluate(() => (window as unknown as { frames: number }).frames);
}

/** Types into the composer on a slow processor, and lets go of it again. */
async function typing(page: Page): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.evaluate(() => {
    const keyMs = new Map<number, number>();
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { interactionId, duration } = entry as unknown as Record<string, number>;
        if (!interactionId) continue;
        keyMs.set(interactionId, Math.max(duration ?? 0, keyMs.get(interactionId) ?? 0));
      }
    });
    observer.observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
    Object.assign(window, { keyMs });
  });
  const text = "while one types nothing may stand in the way";
  await composer(page).focus();
  await page.keyboard.type(text, { delay: 60 });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  const slow = await page.evaluate(() => [
    ...(window as unknown as { keyMs: Map<number, number> }).keyMs.values(),
  ]);
  await composer(page).fill("");
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const unseen = Array.from({ length: Math.max(0, text.length - slow.length) }, () => 16);
  return [...slow, ...unseen].sort((a, b) => a - b);
}

/** From the click on a chat that was open before to the frame that shows its messages, back and forth. */
async function switches(page: Page, repeats: number, newest: string): Promise<number[]> {
  const names = ["Person 3", "Person 2"] as const;
  for (const name of names) {
    await conversationLink(page, name).click();
    await log(page).getByRole("article").first().waitFor();
  }
  const times: number[] = [];
  for (let n = 0; n < repeats * 2; n += 1) {
    const [name, wanted] = n % 2 === 0 ? [names[0], `#${SHORT_CHAT} `] : [names[1], newest];
    await page.evaluate((text) => {
      const seen = window as unknown as { ms: number };
      seen.ms = 0;
      addEventListener(
        "click",
        ({ timeStamp }) => {
          const look = () => {
            const shown = document.querySelector('[role="log"]')?.textContent ?? "";
            if (shown.includes(text)) seen.ms = performance.now() - timeStamp;
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        },
        { once: true, capture: true },
      );
    }, wanted);
    await conversationLink(page, name).click();
    await page.waitForFunction(() => (window as unknown as { ms: number }).ms > 0);
    times.push(await page.evaluate(() => (window as unknown as { ms: number }).ms));
  }
  return times;
}

/** Messages come in at a steady pace while the chat is open at its end. */
async function floodOf(
  page: Page,
  stage: Stage,
  { from, seconds }: { from: number; seconds: number },
): Promise<BrowserFigures["flood"]> {
  const bo = await clientOf(stage.server.url, stage.bo.cookie);
  const { makeFunctionReference } = await import("convex/server");
  const send = makeFunctionReference<"mutation">("messages:sendMessage");
  await page.evaluate((longMs) => {
    const seen = window as unknown as { long: number[]; observer: PerformanceObserver };
    seen.long = [];
    seen.observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) if (duration > longMs) seen.long.push(duration);
    });
    seen.observer.observe({ type: "longtask" });
  }, LONG_TASK_MS);
  const messages = seconds * FLOOD_A_SECOND;
  const started = performance.now();
  const sends: Promise<unknown>[] = [];
  for (let n = 0; n < messages; n += 1) {
    const dueMs = started + (n * 1_000) / FLOOD_A_SECOND - performance.now();
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    sends.push(bo.mutation(send, { conversationId: stage.long, content: `#${from + n} came in.` }));
  }
  await Promise.all(sends);
  await message(page, `#${from + messages - 1} `).waitFor({ timeout: WAIT_MAX_MS });
  const longTasks = await page.evaluate(() => {
    const { long, observer } = window as unknown as {
      long: number[];
      observer: PerformanceObserver;
    };
    observer.disconnect();
    return long;
  });
  return { messages, longTasks };
}

/** A new page on a slow processor: when the list and the open chat show what they have. */
async function coldStarts(
  browser: Browser,
  warm: BrowserContext,
  stage: Stage,
  repeats: number,
): Promise<BrowserFigures["coldMs"]> {
  const coldMs: BrowserFigures["coldMs"] = { withCopies: [], withoutCopies: [] };
  for (let n = 0; n < Math.min(repeats, 5); n += 1) {
    coldMs.withCopies.push(await coldStart(warm, stage));
    const fresh = await contextOf(browser, stage);
    // Its files are in the browser's cache, its copies are not.
    const page = await fresh.newPage();
    await page.goto("/users");
    await page.getByRole("list", { name: "People" }).waitFor({ timeout: WAIT_MAX_MS });
    await page.evaluate(() => localStorage.clear());
    await page.close();
    coldMs.withoutCopies.push(await coldStart(fresh, stage));
    await fresh.close();
  }
  for (const [name, all] of Object.entries(coldMs)) {
    const text = all.map(({ list, chat }) => `${Math.round(list)}/${Math.round(chat)}`);
    console.log(`cold start ${name}, ms to list / chat: ${text.join(" ")}`);
  }
  return coldMs;
}

async function coldStart(context: BrowserContext, { long }: Stage): Promise<Cold> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.addInitScript(() => {
    const seen = window as unknown as { list: number; chat: number };
    seen.list = 0;
    seen.chat = 0;
    const look = () => {
      if (!seen.list && document.querySelector('nav a[href*="conversationId"]')) {
        seen.list = performance.now();
      }
      if (!seen.chat && document.querySelector('[role="log"] article')) {
        seen.chat = performance.now();
      }
      if (!seen.list || !seen.chat) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(addressOf(long));
  await page.waitForFunction(
    () => {
      const { list, chat } = window as unknown as Cold;
      return list > 0 && chat > 0;
    },
    undefined,
    { timeout: WAIT_MAX_MS },
  );
  const cold = await page.evaluate(() => {
    const { list, chat } = window as unknown as Cold;
    return { list, chat };
  });
  await page.close();
  return cold;
}

/**
 * From the newest message to the very first, with a look at every frame. A step is less than half a
 * view, so that a look which comes late, after two of them, still knows where it is.
 */
async function scrollAll(page: Page, messages: number): Promise<Scroll> {
  await page.keyboard.press("Escape");
  const started = performance.now();
  await watchFrames(page);
  const late = await log(page).evaluate(
    (view, { lateMs, stallMs }) =>
      new Promise<number>((resolve, reject) => {
        let [lates, beforeMs, movedMs, before] = [0, performance.now(), performance.now(), ""];
        const step = (nowMs: number) => {
          if (nowMs - beforeMs > lateMs) lates += 1;
          beforeMs = nowMs;
          const first = view.querySelector("article")?.textContent ?? "";
          if (/#1 /.test(first) && view.scrollTop < 1) return resolve(lates);
          const place = `${first.slice(0, 40)} at ${view.scrollTop}`;
          if (place !== before) movedMs = nowMs;
          before = place;
          if (nowMs - movedMs > stallMs) return reject(new Error(`Scrolling stops: ${place}.`));
          view.scrollTop -= view.clientHeight * 0.45;
          requestAnimationFrame(step);
        };
        // Not before the end of the log, where this begins, has been looked at.
        requestAnimationFrame(() => requestAnimationFrame(step));
      }),
    { lateMs: LATE_FRAME_MS, stallMs: STALL_MS },
  );
  const { frames, blanks, leaps, pushes, seen } = await endWatch(page);
  const known = new Set(seen);
  const notSeen = inOrder(messages).filter((n) => !known.has(n + 1));
  if (notSeen.length > 0)
    console.log(
      `not seen: ${notSeen
        .slice(0, 20)
        .map((n) => n + 1)
        .join(" ")}`,
    );
  const missing = notSeen.length;
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, frames, late, blanks, leaps, pushes, seen: messages - missing, missing };
}

export function browserTable(figures: BrowserFigures): string {
  const { scripts, framesToBubble, keyMs, switchMs, flood, scroll, coldMs } = figures;
  const of = (all: number[]) =>
    `${median(all).toFixed(0)} (median), ${Math.max(...all).toFixed(0)} (worst)`;
  const cold = (all: Cold[]) =>
    `${median(all.map(({ list }) => list)).toFixed(0)} / ${median(all.map(({ chat }) => chat)).toFixed(0)}`;
  const kilobytes = ({ files, bytes }: { files: number; bytes: number }) =>
    `${(bytes / 1_000).toFixed(0)} KB in ${files} files`;
  const lines = [
    `| what, with ${figures.messages.toLocaleString("en")} messages in the open chat | figure | N |`,
    "| --- | --- | --- |",
    `| first-load JavaScript of \`/messages\`, gzipped | ${kilobytes(scripts.named)} | 1 |`,
    `| the same with what comes by itself once it is at rest | ${kilobytes(scripts.all)} | 1 |`,
    `| frames from Enter to one's own bubble | ${of(framesToBubble)} | ${framesToBubble.length} |`,
    `| ms from a key to its letter, ${SLOWER} times slower processor | ${of(keyMs)} | ${keyMs.length} |`,
    `| ms from a click to the other chat | ${of(switchMs)} | ${switchMs.length} |`,
    `| long tasks over ${LONG_TASK_MS} ms, ${FLOOD_A_SECOND} messages a second | ${flood.longTasks.length} (${flood.longTasks.map((ms) => ms.toFixed(0)).join(", ") || "–"} ms) | ${flood.messages} messages |`,
    `| ms to list / open chat, cold, ${SLOWER} times slower processor, with copies | ${cold(coldMs.withCopies)} | ${coldMs.withCopies.length} |`,
    `| the same without copies | ${cold(coldMs.withoutCopies)} | ${coldMs.withoutCopies.length} |`,
    `| scrolling through all: frames with a blank / leaps / pushed messages | ${scroll.blanks} / ${scroll.leaps} / ${scroll.pushes} | ${scroll.frames} frames |`,
    `| messages not shown on the way / frames later than ${LATE_FRAME_MS} ms / seconds | ${scroll.missing} / ${scroll.late} / ${scroll.seconds.toFixed(0)} | 1 |`,
  ];
  return lines.join("\n");
}

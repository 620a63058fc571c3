// What a reader of the log sees: which messages are in view, and whether they stay where they are.
import type { Locator, Page } from "playwright-core";

export const log = (page: Page): Locator => page.getByRole("log", { name: "Messages" });
export const articles = (page: Page): Locator => log(page).getByRole("article");

/** How far the log is from its end. */
export function fromEnd(page: Page): Promise<number> {
  return log(page).evaluate((view) => view.scrollHeight - view.clientHeight - view.scrollTop);
}

/** The number (`#12`) of the first message that begins in the view, and where it begins. */
export function firstInView(page: Page): Promise<{ number: number; top: number }> {
  return log(page).evaluate((view) => {
    const top = view.getBoundingClientRect().top;
    const inView = [...view.querySelectorAll("article")].find(
      (article) => article.getBoundingClientRect().top >= top,
    );
    const number = Number(/#(\d+)\b/.exec(inView?.textContent ?? "")?.[1]);
    return { number, top: (inView?.getBoundingClientRect().top ?? 0) - top };
  });
}

/** The number of the last message that ends in the view, and how far above the view's end. */
export function lastInView(page: Page): Promise<{ number: number; px: number }> {
  return log(page).evaluate((view) => {
    const bottom = view.getBoundingClientRect().bottom;
    const last = [...view.querySelectorAll("article")].findLast(
      (article) => article.getBoundingClientRect().bottom <= bottom,
    );
    const number = Number(/#(\d+)\b/.exec(last?.textContent ?? "")?.[1]);
    return { number, px: bottom - (last?.getBoundingClientRect().bottom ?? 0) };
  });
}

/** Turns the wheel over the log, and waits until the page has drawn what came of it. */
export async function wheel(page: Page, deltaY: number): Promise<void> {
  const box = await log(page).boundingBox();
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 200);
  await page.mouse.wheel(0, deltaY);
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))),
      ),
  );
}

export interface Watch {
  /** Frames in which messages in view moved against each other: then something pushed one of them. */
  pushes: number;
  /** Frames with a part of the view in which nothing was drawn. */
  blanks: number;
  /** Frames that had no message in common with the frame before: then the view had leapt. */
  leaps: number;
  frames: number;
  /** All numbers seen, in order. */
  seen: number[];
  mostMounted: number;
}

/** Looks at every frame from now on. */
export async function watchFrames(page: Page): Promise<void> {
  await log(page).evaluate((view) => {
    const watch = { pushes: 0, blanks: 0, leaps: 0, frames: 0, mostMounted: 0 };
    const seen = new Set<number>();
    let before = new Map<number, number>();
    const look = () => {
      const frame = view.getBoundingClientRect();
      const now = new Map<number, number>();
      const all = [...view.querySelectorAll("article")];
      let covered = 0;
      for (const article of all) {
        const row = (article.parentElement ?? article).getBoundingClientRect();
        if (row.bottom <= frame.top || row.top >= frame.bottom) continue;
        if (getComputedStyle(article).visibility === "hidden") continue;
        covered += Math.min(row.bottom, frame.bottom) - Math.max(row.top, frame.top);
        const number = Number(/#(\d+)\b/.exec(article.textContent ?? "")?.[1]);
        now.set(number, article.getBoundingClientRect().top);
        seen.add(number);
      }
      watch.frames++;
      watch.mostMounted = Math.max(watch.mostMounted, all.length);
      // Below the last message is the typing line, above the first one its heading.
      if (covered < frame.height - 64) watch.blanks++;
      const moves = [...now].flatMap(([number, top]) => {
        const was = before.get(number);
        return was === undefined ? [] : [top - was];
      });
      if (before.size > 0 && moves.length === 0) watch.leaps++;
      if (moves.length > 0 && Math.max(...moves) - Math.min(...moves) > 1) watch.pushes++;
      before = now;
      requestAnimationFrame(next);
    };
    // A message posted in a frame arrives when the frame has been laid out, observed and painted.
    const channel = new MessageChannel();
    channel.port1.onmessage = look;
    let isOver = false;
    const next = () => {
      if (!isOver) channel.port2.postMessage(0);
    };
    requestAnimationFrame(next);
    Object.assign(window, {
      endWatch: () => {
        isOver = true;
        return { ...watch, seen: [...seen].sort((a, b) => a - b) };
      },
    });
  });
}

export function endWatch(page: Page): Promise<Watch> {
  return page.evaluate(() => (window as unknown as { endWatch: () => Watch }).endWatch());
}

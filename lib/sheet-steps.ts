// On a phone everything that lies over the page has a step of the browser's history, so that Back
// closes it. Here is held what lies there, the topmost last; how many steps the history has for it is
// written in the history itself, and brought up to it after every change.

/** Above this width there is no Back button under a thumb; equal to `--breakpoint-wide`. */
export const WIDE_QUERY = "(min-width: 720px)";

/** A step that a browser has not taken by then, it has swallowed. */
const STEP_MAX_MS = 1_000;

export type Sheet = { close: () => void };

const open: Sheet[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
/** What ends the step back that is being taken; such steps arrive in a task of their own. */
let stepping: { timer: ReturnType<typeof setTimeout>; next: (() => void) | undefined } | null =
  null;

/** How many sheets the step on which the browser stands is for. */
function stepsThere(): number {
  const state: unknown = window.history.state;
  const isOurs = typeof state === "object" && state !== null && "parleySheets" in state;
  return isOurs ? Number(state.parleySheets) : 0;
}

/** Gives a sheet its step. @returns what takes it away again. */
export function addSheet(sheet: Sheet): () => void {
  open.push(sheet);
  settleSheets();
  return () => {
    const at = open.indexOf(sheet);
    if (at >= 0) open.splice(at, 1);
    settleSheets();
  };
}

/** Closes what lies from this depth on, the topmost first. */
function closeFrom(depth: number): void {
  // Taken away first: what closes is gone only when it has been drawn.
  for (const sheet of open.splice(depth).reverse()) sheet.close();
}

/**
 * Leads to another page, from wherever: at once where nothing lies over this one, else when it is
 * closed and its steps are gone from the history, so that Back finds no dead step.
 */
export function leaveSheets(next: () => void): void {
  closeFrom(0);
  if (stepping !== null) {
    const before = stepping.next;
    stepping.next = () => {
      before?.();
      leaveSheets(next);
    };
  } else if (stepsThere() === 0) next();
  else stepBack(stepsThere(), next);
}

/** Brings the history to what is open; a reload has closed all, and left the steps. */
export function settleSheets(): void {
  window.addEventListener("popstate", onStep);
  clearTimeout(timer);
  // In a task of its own: one sheet may follow on another, and React mounts twice while one develops.
  timer = setTimeout(() => {
    if (stepping !== null) return;
    const there = stepsThere();
    if (there > open.length) return stepBack(there - open.length);
    for (let depth = there + 1; depth <= open.length; depth += 1) {
      window.history.pushState({ parleySheets: depth }, "", window.location.href);
    }
  });
}

function stepBack(steps: number, next?: () => void): void {
  stepping = { next, timer: setTimeout(endStep, STEP_MAX_MS) };
  window.history.go(-steps);
}

function endStep(): void {
  if (stepping === null) return;
  const { next } = stepping;
  clearTimeout(stepping.timer);
  stepping = null;
  next?.();
  settleSheets();
}

function onStep(): void {
  if (stepping !== null) {
    // The router hears of the step after us, and would lead back from where one goes next.
    setTimeout(endStep);
    return;
  }
  // Back was pressed: what the step was for goes with it.
  closeFrom(stepsThere());
  // Forward leads to a step whose sheet is gone; it is taken back.
  settleSheets();
}

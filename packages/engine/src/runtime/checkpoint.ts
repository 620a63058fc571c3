import { EngineError } from "../base/engine-error.ts";
import {
  isLoopHeld,
  loopClockMs,
  loopReleases,
  notePassed,
  noteRunning,
} from "../base/event-loop-watch.ts";
import { currentInvocation, type Invocation } from "./invocation.ts";

/** How long a function has to be seen at work, after the alarm, before it is held responsible. */
const SPENT_MS = 300;

/** Thrown at a checkpoint. What the function makes of it does not matter: its call has failed. */
export class FunctionStopped extends EngineError {
  constructor() {
    super("FunctionTimedOut", "Function execution timed out (it kept everybody else waiting)");
  }
}

/** Told once for each function that is stopped; null: code that ran outside of any call. */
export type OnStopped = (functionPath: string | null) => void;

/** What was found out during the present hold of the event loop. `null` is code outside of calls. */
let release = -1;
let spentMs = new Map<Invocation | null, number>();
let latest: { root: Invocation | null; atMs: number } | null = null;
let isLoadStopped = false;
const stopped = new WeakSet<Invocation>();

/**
 * What every loop and function of the user's code passes. It costs one read, until the event loop
 * has been held for seconds; then it finds who holds it, and throws there.
 *
 * Somebody else may be running by then, or many short calls one after another may have taken the
 * time. So a call, with all that it calls, is stopped only once it has been seen to spend time
 * itself. A stopped call is stopped at every later checkpoint too, since its code may catch what
 * is thrown.
 */
export function createCheckpoint(onStopped: OnStopped): () => void {
  return () => {
    if (isLoopHeld()) consider(onStopped);
  };
}

/** What every `await` of the user's code gives its value through, on its way back into that code. */
export function resumed<T>(value: T): T {
  const invocation = currentInvocation();
  noteRunning(invocation && rootOf(invocation).mark);
  return value;
}

/** @throws FunctionStopped when the call was stopped, whatever it has made of that. */
export function requireNotStopped(invocation: Invocation): void {
  if (stopped.has(rootOf(invocation))) throw new FunctionStopped();
}

function consider(onStopped: OnStopped): void {
  notePassed();
  if (release !== loopReleases()) {
    release = loopReleases();
    spentMs = new Map();
    latest = null;
    isLoadStopped = false;
  }
  const invocation = currentInvocation();
  const root = invocation && rootOf(invocation);
  if (root === null ? isLoadStopped : stopped.has(root)) throw new FunctionStopped();
  const nowMs = loopClockMs();
  const passedMs = latest?.root === root ? nowMs - latest.atMs : 0;
  latest = { root, atMs: nowMs };
  const totalMs = (spentMs.get(root) ?? 0) + passedMs;
  spentMs.set(root, totalMs);
  if (totalMs < SPENT_MS) return;
  if (root === null) isLoadStopped = true;
  else stopped.add(root);
  onStopped(invocation?.functionPath ?? null);
  throw new FunctionStopped();
}

/** The call from outside that this nested call belongs to, or is. */
function rootOf(invocation: Invocation): Invocation {
  let root = invocation;
  while (root.parent) root = root.parent;
  return root;
}

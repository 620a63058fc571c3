import { AsyncLocalStorage } from "node:async_hooks";
import { type CallMark, noteRunning } from "../base/event-loop-watch.ts";
import { limits } from "../base/limits.ts";
import type { StoredDocument } from "../store/stored-document.ts";
import { formatLogLine } from "./log-lines.ts";
import type { SerializedQuery } from "./query-plan.ts";
import type { StuckCalls } from "./stuck-calls.ts";

/** What the stock library finds behind the global `Convex` while a function of ours runs. */
export interface SyscallHandler {
  syscall(operation: string, argumentsJson: string): string;
  asyncSyscall(operation: string, argumentsJson: string): Promise<string>;
  jsSyscall(operation: string, args: Record<string, unknown>): unknown;
}

/** One running call of one user function: what its globals and syscalls mean. */
export interface Invocation extends SyscallHandler {
  /** `Date.now()` as the function sees it, ms. */
  nowMs(): number;
  random(): number;
  /** Whether network, timers and the real clock are allowed: in actions only. */
  readonly isAction: boolean;
  /** Whether a function of the same transaction has called it. */
  readonly isNested: boolean;
  readonly log: FunctionLog;
  /** All documents of a query at once, where there is a database. @see readWhole */
  readAll?(query: SerializedQuery): StoredDocument[];
  /** Which function is called; null before that is found out. */
  functionPath: string | null;
  /** The call that makes this call within its own transaction; null for a call from outside. */
  readonly parent: Invocation | null;
  /** How the watch of the event loop knows it; null before that is found out, and of nested calls. */
  mark: CallMark | null;
  readonly stuckCalls: StuckCalls;
}

/** In Convex's words. */
const LOG_OVERFLOW = `[ERROR] Log overflow (maximum ${limits.logLinesMax}). Remaining log lines omitted.`;

/** The lines that a function wrote to its console, bounded. */
export class FunctionLog {
  readonly lines: string[] = [];

  write(level: string, args: unknown[]): void {
    if (this.lines.length < limits.logLinesMax - 1) this.lines.push(formatLogLine(level, args));
    else if (this.lines.length < limits.logLinesMax) this.lines.push(LOG_OVERFLOW);
  }
}

const STORAGE = Symbol.for("parley.engine.invocations");

/**
 * The invocation that the current asynchronous context belongs to.
 *
 * It is shared over copies of this module (a bundled server beside a test, say), because the global
 * `Convex` that dispatches on it is one per process.
 */
const storage = sharedStorage();

export function runInInvocation<R>(invocation: Invocation, run: () => R): R {
  return storage.run(invocation, run);
}

export function currentInvocation(): Invocation | null {
  return storage.getStore() ?? null;
}

const loading = new AsyncLocalStorage<true>();

/** Loads modules of a functions folder: whatever that begins is theirs. */
export function loadInFunctions<R>(load: () => R): R {
  return loading.run(true, load);
}

/** Whether what runs now was begun by a function, or while its module was loaded. */
export function isInFunctions(): boolean {
  return currentInvocation() !== null || loading.getStore() === true;
}

/** Puts the global `Convex` in place that `convex/server` calls; idempotent. */
export function installConvexGlobal(): void {
  const handler: SyscallHandler = {
    syscall: (operation, json) => asEngine(() => required().syscall(operation, json)),
    asyncSyscall: (operation, json) => asEngine(() => required().asyncSyscall(operation, json)),
    jsSyscall: (operation, args) => asEngine(() => required().jsSyscall(operation, args)),
  };
  (globalThis as { Convex?: SyscallHandler }).Convex = handler;
}

/** What takes its time in here is not the function's doing: a disk, say. */
function asEngine<R>(work: () => R): R {
  const mark = noteRunning(null);
  try {
    return work();
  } finally {
    noteRunning(mark);
  }
}

function required(): Invocation {
  const invocation = currentInvocation();
  if (!invocation) {
    throw new Error("Database and other Convex calls are only possible while a function runs.");
  }
  return invocation;
}

function sharedStorage(): AsyncLocalStorage<Invocation> {
  const shared = globalThis as { [STORAGE]?: AsyncLocalStorage<Invocation> };
  shared[STORAGE] ??= new AsyncLocalStorage<Invocation>();
  return shared[STORAGE];
}

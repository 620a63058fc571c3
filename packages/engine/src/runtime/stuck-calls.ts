import { EngineError } from "../base/engine-error.ts";
import type { Environment } from "../base/environment.ts";
import { type CallMark, markCall, type StuckCall } from "../base/event-loop-watch.ts";
import { limits } from "../base/limits.ts";

/**
 * The calls that have ended the process before, and are not begun again for a while: their clients,
 * and the scheduler, ask for the same again as soon as there is an engine.
 *
 * Functions that were changed since then start with a clean slate.
 */
export class StuckCalls {
  readonly #environment: Environment;
  #calls: readonly StuckCall[];

  constructor(environment: Environment, calls: readonly StuckCall[]) {
    this.#environment = environment;
    this.#calls = calls;
    for (const { path, atMs } of calls) {
      environment.log("error", "A function never returned and has ended the process before.", {
        function: path,
        at: new Date(atMs).toISOString(),
      });
    }
  }

  /**
   * Lets a call from outside begin; the answer is how the watch of the event loop knows it.
   *
   * @param argsText As encoded JSON.
   * @throws EngineError "FunctionTimedOut" for what has ended a process, and for everything of a
   *   function that has done so several times with different arguments.
   */
  admit(path: string, argsText: string): CallMark {
    const mark = markCall(path, sumsOf(argsText));
    if (this.#calls.length > 0) this.#require(mark);
    return mark;
  }

  forgive(): void {
    this.#calls = [];
  }

  #require({ path, sums }: CallMark): void {
    const nowMs = this.#environment.nowMs();
    const kept = (call: StuckCall) => nowMs - call.atMs < limits.stuckCallKeptMs;
    const ofPath = this.#calls.filter((call) => call.path === path && kept(call));
    const isSame = ofPath.some((call) => call.sums[0] === sums[0] && call.sums[1] === sums[1]);
    if (!isSame && ofPath.length < limits.stuckCallsOfFunctionMax) return;
    throw new EngineError(
      "FunctionTimedOut",
      "Function execution timed out (it has stopped everything before and is not begun again)",
    );
  }
}

const TEXT_MAX = 65_536;

/** Two sums of a text, of its beginning and its length if it is long. */
function sumsOf(text: string): [number, number] {
  let a = 0x811c9dc5 ^ text.length;
  let b = 0x9e3779b9;
  const length = Math.min(text.length, TEXT_MAX);
  for (let place = 0; place < length; place++) {
    const code = text.charCodeAt(place);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (b >>> 15);
  }
  return [a | 0, b | 0];
}

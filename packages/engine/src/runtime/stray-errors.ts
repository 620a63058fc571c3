import type { Log } from "../base/environment.ts";
import { tameThrown } from "../base/thrown.ts";
import { describeError } from "./function-error.ts";
import { currentInvocation, isInFunctions } from "./invocation.ts";
import { userFrames } from "./source-frames.ts";

/**
 * Takes over the errors of this process that nobody catches.
 *
 * What functions have begun and left behind (a timer, a stream without a listener for its errors)
 * is theirs alone: nothing of the engine is on that stack, and what it keeps is kept in
 * transactions. So it is logged, and everybody else is served on. Any other exception has come out
 * of the middle of something of ours, which may be half done in memory while it is whole on the
 * disk: `end` is to end the process, for a new one to begin from the disk. A rejected promise that
 * nobody waits for leaves nothing half done, whoever has forgotten it.
 *
 * @param end Called once it is logged.
 */
export function outliveStrayErrors(log: Log, end: () => void): void {
  process.on("unhandledRejection", (reason) => {
    log("error", "A promise was rejected and nobody was waiting for it.", strayFacts(reason));
  });
  process.on("uncaughtException", (error) => {
    if (isOfFunctions(error)) {
      log("error", "A function has left something behind that failed.", strayFacts(error));
      return;
    }
    log("error", "The process ends after an error that nobody expected.", {
      ...strayFacts(error),
      stack: stackOf(error),
    });
    end();
  });
}

function strayFacts(error: unknown): Record<string, unknown> {
  const name = currentInvocation()?.functionPath ?? null;
  return { ...(name === null ? {} : { function: name }), error: describeError(error) };
}

/** Begun by a function or by the loading of its module, or thrown in a file of its author's. */
function isOfFunctions(error: unknown): boolean {
  return isInFunctions() || userFrames(stackOf(error)).length > 0;
}

function stackOf(error: unknown): string | undefined {
  try {
    return (tameThrown(error) as Error).stack;
  } catch {
    return undefined;
  }
}

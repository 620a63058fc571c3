import { EngineError } from "../base/engine-error.ts";
import type { Persistence } from "./persistence.ts";

/**
 * The same disk, given up at its first failed write.
 *
 * What a failed write or sync has left behind nobody knows: systems mark the pages clean that they
 * could not write, so that trying again succeeds and proves nothing. After a failure nothing more is
 * written; what is there is for the next start to find out. A full disk is no failure.
 *
 * @param onFailed Told once, at the first failure.
 */
export function failStop(
  persistence: Persistence,
  onFailed: (error: EngineError) => void,
): Persistence {
  let failed: EngineError | null = null;
  const guarded = <A extends unknown[], R>(write: (...args: A) => R) => {
    return (...args: A): R => {
      if (failed) throw failed;
      try {
        return write(...args);
      } catch (error) {
        if (error instanceof EngineError && error.kind === "DiskFailed") {
          failed = error;
          onFailed(error);
        }
        throw error;
      }
    };
  };
  return {
    ...persistence,
    writeSetting: guarded(persistence.writeSetting),
    appendLog: guarded((records) => {
      try {
        persistence.appendLog(records);
      } catch (error) {
        if (error instanceof EngineError) throw error;
        // Whatever it was: of this write somebody would have been told that it is safe.
        throw new EngineError("DiskFailed", "The log could not be written.", { cause: error });
      }
    }),
    applyBase: guarded(persistence.applyBase),
    forgetRequests: guarded(persistence.forgetRequests),
    addEntries: guarded(persistence.addEntries),
    dropIndex: guarded(persistence.dropIndex),
    checkpoint: guarded(persistence.checkpoint),
  };
}

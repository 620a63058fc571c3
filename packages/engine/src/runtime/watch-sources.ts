import { type FSWatcher, watch } from "node:fs";
import { sep } from "node:path";
import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";

const SOURCE = /\.(ts|tsx|js|jsx|mjs|mts|cjs|cts|json)$/;
const NOT_WATCHED = /^(_generated|node_modules|\..*)$/;
const TEST = /\.(test|spec)\.[a-z]+$/;

/**
 * Calls `onChange` when sources in the folders have changed and it has been quiet for a moment; what
 * changes while it is under way makes it be called once more. Generated files and tests do not count.
 *
 * @returns Stops it.
 */
export function watchSources(
  folders: readonly string[],
  environment: Environment,
  onChange: () => Promise<void>,
): () => void {
  let timer: Timer | null = null;
  let work: Promise<void> = Promise.resolve();
  let isStopped = false;
  const note = (path: string | null) => {
    if (isStopped || (path !== null && !isSource(path))) return;
    timer?.cancel();
    timer = environment.setTimer(limits.reloadSettleMs, () => {
      work = work.then(() => (isStopped ? undefined : onChange()));
    });
  };
  const watchers: FSWatcher[] = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, path) => note(path)).on("error", (error) =>
      environment.log("warn", "A folder can no longer be watched.", { reason: error.message }),
    ),
  );
  return () => {
    isStopped = true;
    timer?.cancel();
    for (const watcher of watchers) watcher.close();
  };
}

function isSource(path: string): boolean {
  const parts = path.split(sep);
  return SOURCE.test(path) && !TEST.test(path) && !parts.some((part) => NOT_WATCHED.test(part));
}

import { Worker } from "node:worker_threads";

/** After so long without a beat the event loop counts as held. */
const HELD_MS = 2_500;
const BEAT_MS = 250;

/** Cells of the memory that both threads see. */
const HELD = 0;
const BEAT = 1;
const END = 2;

/** How often the loop has been found free again after it was held. */
let releases = 0;
let watchers = 0;
let stopWatching: (() => void) | null = null;

const cells = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));

/**
 * Whether this thread's event loop has been held for seconds, by whatever runs at this moment.
 *
 * It is for code that may be what holds it, which nobody else can tell anything; so it costs one
 * read of shared memory.
 */
export function isLoopHeld(): boolean {
  return Atomics.load(cells, HELD) !== 0;
}

/** Changes whenever the loop has come free: what was noted about one hold is void after it. */
export function loopReleases(): number {
  return releases;
}

/** The clock of the watch, for those who are asked while no timer can run. Monotonic, ms. */
export function loopClockMs(): number {
  return performance.now();
}

/**
 * Watches the event loop of this thread, from a thread of its own, until the answer is called.
 *
 *   this thread    beats four times a second, while its event loop turns
 *   the watcher    sees no beat for 2.5 s, and raises `isLoopHeld`
 *   this thread    beats again, some time later, and lowers it
 *
 * Neither thread keeps the process alive. There is one watcher a process, however many ask.
 */
export function watchEventLoop(): () => void {
  if (watchers++ === 0) stopWatching = startWatcher();
  let isWatching = true;
  return () => {
    if (!isWatching) return;
    isWatching = false;
    if (--watchers > 0) return;
    stopWatching?.();
    stopWatching = null;
  };
}

function startWatcher(): () => void {
  Atomics.store(cells, END, 0);
  const worker = new Worker(WATCHER, {
    eval: true,
    workerData: { memory: cells.buffer, heldMs: HELD_MS, checkMs: BEAT_MS },
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  worker.unref();
  // Without the watch everything works, but for functions that never end.
  worker.on("error", () => {});
  const beat = setInterval(() => {
    Atomics.add(cells, BEAT, 1);
    if (Atomics.exchange(cells, HELD, 0) !== 0) releases++;
  }, BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    Atomics.store(cells, HELD, 0);
    Atomics.store(cells, END, 1);
    Atomics.notify(cells, END);
  };
}

/** The watcher's own program; a text, because the engine is bundled in several ways. */
const WATCHER = `
const { workerData: { memory, heldMs, checkMs } } = require("node:worker_threads");
const cells = new Int32Array(memory);
let beat = Atomics.load(cells, ${BEAT});
let beatMs = performance.now();
let lastMs = beatMs;
while (Atomics.wait(cells, ${END}, 0, checkMs) === "timed-out") {
  const nowMs = performance.now();
  const latest = Atomics.load(cells, ${BEAT});
  // The whole process may have been stopped, or the machine asleep: then nobody held anything.
  const wasStopped = nowMs - lastMs > heldMs / 2;
  lastMs = nowMs;
  if (latest !== beat || wasStopped) {
    beat = latest;
    beatMs = nowMs;
  } else if (nowMs - beatMs > heldMs) {
    Atomics.store(cells, ${HELD}, 1);
  }
}
`;

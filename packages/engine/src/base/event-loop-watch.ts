import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";

/** After so long without a beat the event loop counts as held. */
const HELD_MS = 2_500;
const BEAT_MS = 250;

/** Cells of the memory that both threads see. */
const HELD = 0;
const BEAT = 1;
const END = 2;
/** Counts the checkpoints that were passed while the loop was held: whoever passes them can be stopped. */
const PASSED = 3;
/** What runs at this moment: the number of its name, 0 for nothing of the user's, and its arguments' sum. */
const RUNNING = 4;
const SUM_1 = 5;
const SUM_2 = 6;

/** By this the watcher ends a process whose thread never comes back, for a supervisor to start anew. */
export const STUCK_SIGNAL = "SIGALRM";
/** How long, of the processor's time, a thread that passes no checkpoint is given after the alarm. */
const STUCK_CPU_MS = 900;
/** The same of real time, for one that waits without computing. */
const STUCK_WALL_MS = 10_000;

/** A call as the watcher sees it: enough to name it, and to know it again. */
export interface CallMark {
  path: string;
  /** Of the path, from 1. */
  number: number;
  sums: readonly [number, number];
}

/** A call that has held a process until its end. */
export interface StuckCall {
  /** Wall clock, ms. */
  atMs: number;
  path: string;
  sums: readonly [number, number];
}

/** How often the loop has been found free again after it was held. */
let releases = 0;
let watchers = 0;
let stopWatching: (() => void) | null = null;

const cells = new Int32Array(new SharedArrayBuffer(7 * Int32Array.BYTES_PER_ELEMENT));
const names = new Map<string, number>();
let runningMark: CallMark | null = null;
/** How the watcher is told things: it reads without an event loop. */
let toWatcher: MessagePort | null = null;

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

/** To be called at checkpoints while the loop is held. */
export function notePassed(): void {
  Atomics.add(cells, PASSED, 1);
}

/** @param sums Of the call's arguments. */
export function markCall(path: string, sums: readonly [number, number]): CallMark {
  let number = names.get(path);
  if (number === undefined) {
    number = names.size + 1;
    names.set(path, number);
    toWatcher?.postMessage({ number, path });
  }
  return { path, number, sums };
}

/**
 * Says whose code runs from here on, null for nobody's; the answer is who was before.
 *
 * It is what a thread that never comes back is held responsible by, so whoever gives control to a
 * user's code says so, and whoever takes it back does too.
 */
export function noteRunning(mark: CallMark | null): CallMark | null {
  const before = runningMark;
  if (mark === before) return before;
  runningMark = mark;
  if (mark !== null) {
    cells[SUM_1] = mark.sums[0];
    cells[SUM_2] = mark.sums[1];
  }
  Atomics.store(cells, RUNNING, mark?.number ?? 0);
  return before;
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
 *   the watcher    sees no checkpoint passed either, for 0.9 s of the processor's time: what runs is
 *                  in native code and cannot be stopped, so it writes down which call it is, and ends
 *                  the process, if it was told where to write
 *
 * Neither thread keeps the process alive. There is one watcher a process, however many ask.
 *
 * @param stuckCallsFile Gets a line of JSON, a `StuckCall`; null: the process is never ended.
 */
export function watchEventLoop(stuckCallsFile: string | null = null): () => void {
  if (watchers++ === 0) stopWatching = startWatcher();
  if (stuckCallsFile !== null) toWatcher?.postMessage({ stuckCallsFile });
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
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  toWatcher = port1;
  for (const [path, number] of names) port1.postMessage({ number, path });
  const worker = new Worker(WATCHER, {
    eval: true,
    workerData: { memory: cells.buffer, port: port2, heldMs: HELD_MS, checkMs: BEAT_MS },
    transferList: [port2],
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  worker.unref();
  // Without the watch everything works, but for functions that never end.
  worker.on("error", () => {});
  const beat = setInterval(() => {
    // A timer runs: nobody's code does.
    noteRunning(null);
    Atomics.add(cells, BEAT, 1);
    if (Atomics.exchange(cells, HELD, 0) !== 0) releases++;
  }, BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    Atomics.store(cells, HELD, 0);
    Atomics.store(cells, END, 1);
    Atomics.notify(cells, END);
    toWatcher?.close();
    toWatcher = null;
  };
}

/** The watcher's own program; a text, because the engine is bundled in several ways. */
const WATCHER = `
const { workerData, receiveMessageOnPort } = require("node:worker_threads");
const { appendFileSync, writeSync } = require("node:fs");
const { memory, port, heldMs, checkMs } = workerData;
const cells = new Int32Array(memory);
let beat = Atomics.load(cells, ${BEAT});
let beatMs = performance.now();
let lastMs = beatMs;
let still = null;
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
while (Atomics.wait(cells, ${END}, 0, checkMs) === "timed-out") {
  const nowMs = performance.now();
  const latest = Atomics.load(cells, ${BEAT});
  // The whole process may have been stopped, or the machine asleep: then nobody held anything.
  const wasStopped = nowMs - lastMs > heldMs / 2;
  lastMs = nowMs;
  if (latest !== beat || wasStopped) {
    beat = latest;
    beatMs = nowMs;
    still = null;
  } else if (nowMs - beatMs > heldMs) {
    Atomics.store(cells, ${HELD}, 1);
    const passed = Atomics.load(cells, ${PASSED});
    const running = Atomics.load(cells, ${RUNNING});
    if (still === null || still.passed !== passed || still.running !== running) {
      still = { passed, running, cpuMs: cpuMs(), nowMs };
    } else if (
      running !== 0 &&
      (cpuMs() - still.cpuMs > ${STUCK_CPU_MS} || nowMs - still.nowMs > ${STUCK_WALL_MS})
    ) {
      endProcess(running);
    }
  }
}
function endProcess(running) {
  let path = "";
  let file = null;
  for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
    if (got.message.number === running) path = got.message.path;
    if (got.message.stuckCallsFile) file = got.message.stuckCallsFile;
  }
  if (file === null) return;
  const call = { atMs: Date.now(), path, sums: [cells[${SUM_1}], cells[${SUM_2}]] };
  try {
    writeSync(2, "The function " + path + " never returns and cannot be stopped: the process is ended.\\n");
    appendFileSync(file, JSON.stringify(call) + "\\n", { mode: 0o600 });
  } finally {
    process.kill(process.pid, "${STUCK_SIGNAL}");
  }
}
`;

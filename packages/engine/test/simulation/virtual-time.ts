import type { Environment, Log, Timer } from "../../src/base/environment.ts";
import type { Chance } from "./chance.ts";

interface Event {
  atMs: number;
  /** Among events of one moment the first planned comes first. */
  order: number;
  /** Null once it is canceled. */
  run: (() => void) | null;
}

const nextTurn = globalThis.setImmediate;

/**
 * Time that belongs to the simulation: it stands still while anything happens, and jumps to the next
 * event when nothing is left to happen.
 *
 * One event is one step. After each, whatever it has set going (promises) runs to its end before the
 * next, so a run is the same sequence of steps every time. It knows nothing of clients and servers.
 */
export class VirtualTime {
  nowMs = 0;
  steps = 0;
  #planned = 0;
  readonly #heap: Event[] = [];

  after(delayMs: number, run: () => void): Timer {
    return this.at(this.nowMs + Math.max(delayMs, 0), run);
  }

  at(atMs: number, run: () => void): Timer {
    const event: Event = {
      atMs,
      order: this.#planned++,
      run,
    };
    push(this.#heap, event);
    return {
      cancel: () => {
        event.run = null;
      },
    };
  }

  /** Runs events until `untilMs` or until `isDone`; `afterStep` may look at what has come of each. */
  async runUntil(
    untilMs: number,
    afterStep: () => Promise<void> | void,
    isDone: () => boolean = () => false,
  ): Promise<void> {
    while (!isDone()) {
      const event = this.#heap[0];
      if (!event || event.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return;
      }
      pop(this.#heap);
      if (event.run === null) continue;
      this.nowMs = event.atMs;
      this.steps++;
      event.run();
      await settle();
      await afterStep();
    }
  }
}

/** Resolves when every promise that could go on has gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

/** One computer: its wall clock may be wrong and may be set; it can lose its power. */
export class Machine {
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  /** What its wall clock shows beyond the simulation's. */
  skewMs = 0;
  isOn = true;

  constructor(time: VirtualTime, chance: Chance) {
    this.#time = time;
    this.#chance = chance;
  }

  wallMs(): number {
    return EPOCH_MS + this.#time.nowMs + this.skewMs;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#time.after(delayMs, () => {
      if (this.isOn) run();
    });
  }

  environment(log: Log): Environment {
    return {
      nowMs: () => this.wallMs(),
      monotonicMs: () => this.#time.nowMs,
      randomBytes: (count) => this.#chance.bytes(count),
      setTimer: (delayMs, callback) => this.after(delayMs, callback),
      // A busy process comes back to its loop only after a while; meanwhile more comes in.
      defer: (callback) => {
        this.after(this.#chance.oneIn(3) ? this.#chance.fraction() * 4 : 0, callback);
      },
      fetch: () => Promise.reject(new Error("The simulation has no outside world.")),
      log,
    };
  }
}

/** Some day in 2026. */
const EPOCH_MS = 1_790_000_000_000;

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let place = heap.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(event, heap[parent]!)) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = event;
}

function pop(heap: Event[]): void {
  const event = heap.pop()!;
  if (heap.length === 0) return;
  let place = 0;
  for (;;) {
    let child = place * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, event)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = event;
}

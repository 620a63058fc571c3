import type { Environment } from "../base/environment.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import type { Transaction } from "../store/transaction.ts";
import type { CallOrigin, RequestOrigin } from "./call-metadata.ts";
import { FunctionLog } from "./invocation.ts";
import type { JobContext } from "./scheduled-job.ts";
import { createSeededRandom } from "./seeded-random.ts";

interface StateOptions {
  journal?: string | null;
  job?: JobContext | null;
}

/**
 * What one transaction shares with all functions that run inside it: time and chance, frozen at
 * its start, and what has been noticed about it.
 */
export class TransactionState {
  readonly transaction: Transaction;
  readonly nowMs: number;
  #random: (() => number) | null = null;
  readonly log = new FunctionLog();
  /** Whether the result may depend on who asked. */
  usedIdentity = false;
  /** The scheduled job that this runs for, if it does. */
  readonly job: JobContext | null;
  /** Who has called from outside; functions inside may know less. */
  caller: Caller = ANONYMOUS;
  /** Where the request comes from that it runs for; it gets its id when somebody asks for it. */
  origin: CallOrigin | RequestOrigin | undefined;
  /** Calls of the function that the engine has not answered yet. */
  callsBeingServed = 0;
  /** Where the page ended when this query ran before; null on a first run. */
  readonly startJournal: string | null;
  endJournal: string | null = null;
  readonly #environment: Environment;
  readonly #creationClock: CreationClock;

  constructor(
    environment: Environment,
    creationClock: CreationClock,
    transaction: Transaction,
    { journal = null, job = null }: StateOptions = {},
  ) {
    this.transaction = transaction;
    this.nowMs = environment.nowMs();
    this.#environment = environment;
    this.startJournal = journal;
    this.job = job;
    this.#creationClock = creationClock;
  }

  /** `Math.random()`; seeded when it is first wanted, which is rarely. */
  random(): number {
    this.#random ??= createSeededRandom(this.#environment.randomBytes(16));
    return this.#random();
  }

  nextCreationTime(): number {
    return this.#creationClock.next(this.nowMs);
  }
}

/**
 * Gives out `_creationTime`s: the wall clock in ms, and the next representable double where that
 * would not be later than the one before. So documents of one engine are created in one order, also
 * within a millisecond and while the clock stands still or steps back.
 */
export class CreationClock {
  #last = 0;

  next(nowMs: number): number {
    this.#last = nowMs > this.#last ? nowMs : nextDouble(this.#last);
    return this.#last;
  }
}

const doubleView = new DataView(new ArrayBuffer(8));

function nextDouble(value: number): number {
  doubleView.setFloat64(0, value);
  doubleView.setBigUint64(0, doubleView.getBigUint64(0) + 1n);
  return doubleView.getFloat64(0);
}

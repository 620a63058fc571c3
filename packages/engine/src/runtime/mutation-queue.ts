import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import type { Caller } from "../identity/caller.ts";
import type { Committer } from "../store/committer.ts";
import { hasCommitTs, resolveCommitTs } from "../values/commit-ts.ts";
import { describeError, FunctionCallError } from "./function-error.ts";
import type { FunctionResult, MutationOutcome } from "./outcome.ts";
import { type FunctionCall, failedResult, runInTransaction } from "./run-transaction.ts";
import type { RuntimeServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

/** Names one mutation of one client object, so that its repetition is recognised. */
export interface SessionRequest {
  sessionId: string;
  requestId: number;
}

/** One place in the queue. */
interface Turn {
  /** For the log: which function it is. */
  name: string;
  /** By which its repetition is recognised; null for what is never sent again. */
  request: SessionRequest | null;
  /** Runs and stages what there is to commit. To reject is a fault of ours, and fails this turn. */
  run: () => Promise<void>;
  /** Whether it is a group of its own. */
  isAlone?: true;
  /** Its group is durable. */
  settle: () => void;
  /** It was never run, or its group was taken back. */
  refuse: (error: unknown) => void;
}

const SETTLE = (turn: Turn) => turn.settle();

/** Work on a snapshot, and the transaction in which it is done. */
export type OwnWork<T> = (ts: bigint) => Promise<{ state: TransactionState; value: T }>;

/** What the request record remembers of a mutation that succeeded. */
interface RecordedOutcome {
  /** Who asked: nobody else is ever given this outcome. */
  caller: string;
  valueJson: string;
  logLines: string[];
}

/**
 * Runs all mutations, one after another, and commits them in groups.
 *
 *   arrive ─ arrive ─ … ─ run each against the head ─ one sync for all ─ answer all
 *
 * One at a time is what makes every history serializable without conflicts or retries. Nothing is
 * answered before the group is durable, refusals included: they too may rest on what a mutation
 * before them in the group has written.
 */
export class MutationQueue {
  readonly #services: RuntimeServices;
  readonly #committer: Committer;
  #waiting: Turn[] = [];
  /** How many turns there are under each key, until they have ended. */
  readonly #underWay = new Map<string, number>();
  #isRunning = false;
  #isClosed = false;
  #onIdle: Array<() => void> = [];

  constructor(services: RuntimeServices, committer: Committer) {
    this.#services = services;
    this.#committer = committer;
  }

  /** Queues a mutation; resolves once its outcome is durable. Never rejects. */
  run(call: FunctionCall, request: SessionRequest | null): Promise<MutationOutcome> {
    return new Promise((resolve) => {
      let outcome: MutationOutcome;
      // What has been durable before its group cannot be refused with it.
      let isDurable = false;
      this.#enqueue({
        name: call.path,
        request,
        run: async () => {
          const repeated = request && this.#findRepeated(call, request);
          isDurable = repeated !== null && repeated.ts <= this.#services.store.durableTs;
          outcome = repeated ?? (await this.#runMutation(call, request));
        },
        settle: () => resolve(outcome),
        refuse: (error) =>
          resolve(
            isDurable
              ? outcome
              : { result: failedResult(this.#services, call.path, error, []), ts: 0n },
          ),
      });
    });
  }

  /**
   * Queues work of the engine's own: whatever it leaves in the transaction that it gives back is
   * committed. Resolves with its value once that is durable.
   *
   * @param work Runs on the snapshot at the timestamp it is given, alone.
   * @throws What `work` throws, then nothing is committed; EngineError when the queue or the disk
   *   refuses.
   */
  runOwn<T>(work: OwnWork<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let settle: () => void;
      this.#enqueue({
        name: "work of the engine's own",
        request: null,
        run: async () => {
          try {
            const value = await this.#runOwnWork(work);
            settle = () => resolve(value);
          } catch (error) {
            settle = () => reject(error);
          }
        },
        settle: () => settle(),
        refuse: reject,
      });
    });
  }

  /**
   * Queues work that nothing else may be under way with: the group before it is durable, and what
   * comes behind it waits. It writes nothing by itself.
   */
  runAlone(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      let settle: () => void = resolve;
      this.#enqueue({
        name: "work of the engine's own",
        request: null,
        isAlone: true,
        run: async () => {
          try {
            await work();
          } catch (error) {
            settle = () => reject(error);
          }
        },
        settle: () => settle(),
        refuse: reject,
      });
    });
  }

  /** Refuses what comes from now on; resolves once all that had come is answered. */
  close(): Promise<void> {
    this.#isClosed = true;
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#start();
    });
  }

  /**
   * What is sent again may have been stored before, and a refusal would say that it was not. So who
   * can send again is told nothing while the queue closes, and asks whoever serves next; and for a
   * repetition there is always room.
   */
  #enqueue(turn: Turn): void {
    const { request } = turn;
    if (this.#isClosed) {
      if (request !== null) return;
      turn.refuse(new EngineError("ShuttingDown", "The server is restarting; try again."));
      return;
    }
    const isFull = this.#waiting.length >= limits.waitingMutationsMax;
    if (isFull && (request === null || !this.#isKnown(request))) {
      turn.refuse(new EngineError("Overloaded", "Too many mutations are waiting; try again."));
      return;
    }
    if (request !== null) {
      const key = keyOf(request);
      this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    }
    this.#waiting.push(turn);
    this.#start();
  }

  /** Whether an earlier sending of it is stored or under way. */
  #isKnown(request: SessionRequest): boolean {
    const { sessionId, requestId } = request;
    return (
      this.#underWay.has(keyOf(request)) ||
      this.#services.store.findRequest(sessionId, requestId) !== null
    );
  }

  #noteEnded({ request }: Turn): void {
    if (request === null) return;
    const key = keyOf(request);
    const count = this.#underWay.get(key) ?? 0;
    if (count > 1) this.#underWay.set(key, count - 1);
    else this.#underWay.delete(key);
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Deferred, so that everything that sockets have received by now joins the group.
    this.#services.environment.defer(() => void this.#runGroup());
  }

  async #runGroup(): Promise<void> {
    const { environment } = this.#services;
    const turns = this.#waiting.splice(0, this.#groupSize());
    const startedMs = environment.monotonicMs();
    const done: Array<{ turn: Turn; end: (turn: Turn) => void }> = [];
    for (const turn of turns) {
      done.push({ turn, end: await this.#runTurn(turn) });
      if (environment.monotonicMs() - startedMs > limits.commitGroupMs) break;
    }
    this.#waiting.unshift(...turns.slice(done.length));
    try {
      this.#committer.flush();
    } catch (error) {
      // Whether the group is on the disk is for the next start to find out: any answer now, also a
      // refusal, might be a lie. Clients ask again when the process has ended and another is there.
      if (error instanceof EngineError && error.kind === "DiskFailed") {
        for (const resolve of this.#onIdle.splice(0)) resolve();
        return;
      }
      for (const each of done) each.end = (turn) => turn.refuse(error);
    }
    for (const { turn, end } of done) {
      this.#noteEnded(turn);
      end(turn);
    }
    this.#isRunning = false;
    if (this.#waiting.length > 0) this.#start();
    else for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Runs a turn; returns how it ends once its group is durable. Never rejects. */
  async #runTurn(turn: Turn): Promise<(turn: Turn) => void> {
    try {
      await turn.run();
      return SETTLE;
    } catch (error) {
      // Whatever this is, the turns behind it are not to wait for ever.
      this.#services.environment.log("error", "A turn in the queue of mutations broke.", {
        function: turn.name,
        error: describeError(error),
      });
      return (broken) => broken.refuse(error);
    }
  }

  #groupSize(): number {
    const alone = this.#waiting.findIndex((turn) => turn.isAlone);
    if (alone === 0) return 1;
    return alone < 0
      ? limits.commitGroupMutationsMax
      : Math.min(alone, limits.commitGroupMutationsMax);
  }

  async #runOwnWork<T>(work: OwnWork<T>): Promise<T> {
    const { store } = this.#services;
    const unpin = store.pin(store.durableTs);
    try {
      const { state, value } = await work(store.headTs);
      const changes = state.transaction.changes();
      if (changes.length > 0) this.#committer.stage(changes, null);
      return value;
    } finally {
      unpin();
    }
  }

  async #runMutation(call: FunctionCall, request: SessionRequest | null): Promise<MutationOutcome> {
    const { store } = this.#services;
    const unpin = store.pin(store.durableTs);
    try {
      const run = await runInTransaction(this.#services, "mutation", call, store.headTs, null);
      if (!run.result.ok) return { result: run.result, ts: store.headTs };
      const ts = this.#committer.takeTs();
      const result = stampResult(run.result, ts);
      const changes = run.state.transaction.changes();
      if (changes.length === 0 && !request) return { result, ts: store.headTs };
      const record = request && { ...request, outcome: recordOutcome(call.caller, result) };
      return { result, ts: this.#committer.stage(changes, record, ts) };
    } finally {
      unpin();
    }
  }

  /** The outcome of this very request, if it has been committed already. */
  #findRepeated(call: FunctionCall, request: SessionRequest): MutationOutcome | null {
    const found = this.#services.store.findRequest(request.sessionId, request.requestId);
    if (!found) return null;
    const { caller, valueJson, logLines } = JSON.parse(found.outcome) as RecordedOutcome;
    if (caller !== ownerOf(call.caller)) {
      const error = new FunctionCallError("This request was made by somebody else before.");
      return { result: failedResult(this.#services, call.path, error, []), ts: 0n };
    }
    return { result: { ok: true, valueJson, logLines }, ts: found.ts };
  }
}

function keyOf({ sessionId, requestId }: SessionRequest): string {
  return `${sessionId} ${requestId}`;
}

/** What a mutation returns may wait for the commit's timestamp, as what it writes may. */
function stampResult(result: FunctionResult & { ok: true }, ts: bigint): typeof result {
  if (!hasCommitTs(result.valueJson)) return result;
  return { ...result, valueJson: resolveCommitTs(result.valueJson, ts) };
}

function recordOutcome(caller: Caller, result: FunctionResult & { ok: true }): string {
  const recorded: RecordedOutcome = {
    caller: ownerOf(caller),
    valueJson: result.valueJson,
    logLines: result.logLines,
  };
  return JSON.stringify(recorded);
}

/** Who owns a request: the person, whichever token names them at the moment. */
function ownerOf(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return `user ${caller.identity.tokenIdentifier}`;
    case "admin":
      return `admin ${JSON.stringify(caller.impersonating)}`;
    case "anonymous":
    case "invalid-token":
      return "anonymous";
    default:
      return caller satisfies never;
  }
}

import type { LogRecord } from "../../src/persistence/persistence.ts";
import { decodeLogBody } from "../../src/store/log-body.ts";
import type { Executions } from "./engine-app.ts";
import { hold, type Sometimes } from "./facts.ts";
import { type Args, BALANCE_TOTAL } from "./model-app.ts";
import { canonical, EMPTY, type NaiveState, queryNaively, runNaively } from "./naive-store.ts";

/** A mutation as it went over the wire. */
export interface Asked {
  token: string;
  name: string;
  args: Args;
  user: string | null;
}

/** Who asks need not be the same when it is asked again. */
interface AskedRequest extends Asked {
  users: Set<string | null>;
}

const STATES_KEPT = 5_000;
const COUNT_EVERY = 25;

/**
 * The history of everything that was committed, run once more on the naive store (M2).
 *
 * Commits come from the disk, in the order in which it has them; who asked for what comes from the
 * wire. Each must have read, written and returned here what it did in the engine. It holds the
 * states in between, so that any answer can be held against the state of its timestamp (M3).
 */
export class History {
  readonly #executions: Executions;
  readonly #sometimes: Sometimes;
  readonly #asked = new Map<string, AskedRequest>();
  #waiting: LogRecord[] = [];
  readonly #states: NaiveState[] = [EMPTY];
  readonly #committed = new Map<string, { ts: bigint; result: string }>();
  readonly #lastRequests = new Map<string, number>();
  readonly #floors = new Map<string, bigint>();
  /** Jobs that were committed to and have not run, with the life of the server that took them on. */
  readonly #scheduled = new Map<string, number>();
  /** How many lives the server has had. */
  lives = 0;
  readonly #creationTimes = new Map<string, number>();
  readonly #answers = new Map<string, { tables: Map<string, unknown>; text: string }>();
  readonly #isSystemRow: (id: string) => boolean;
  /** The newest timestamp that anybody was shown. */
  shownTs = 0n;
  /** The newest commit that a client knows of. */
  acknowledgedTs = 0n;
  commits = 0;
  evaluations = 0;

  constructor(executions: Executions, sometimes: Sometimes, isSystemRow: (id: string) => boolean) {
    this.#executions = executions;
    this.#sometimes = sometimes;
    this.#isSystemRow = isSystemRow;
  }

  get latest(): NaiveState {
    return this.#states.at(-1)!;
  }

  /** A mutation is on the wire under this request. */
  noteAsked(sessionId: string, requestId: number, asked: Asked): void {
    const key = `${sessionId} ${requestId}`;
    const before = this.#asked.get(key);
    if (before) {
      before.users.add(asked.user);
      this.#sometimes.reach(
        this.#committed.has(asked.token)
          ? "a request was repeated after its commit"
          : "a request was repeated before its commit",
      );
      return;
    }
    this.#asked.set(key, { ...asked, users: new Set([asked.user]) });
  }

  /** Somebody has decided to ask: what is acknowledged by now has to come before it. */
  noteInvoked(token: string): void {
    this.#floors.set(token, this.acknowledgedTs);
  }

  noteAppended(records: readonly LogRecord[]): void {
    for (const { ts } of records) {
      hold(ts > this.shownTs, "I6", () => `commit ${ts}, but ${this.shownTs} was shown before`);
    }
    if (records.length > 1) this.#sometimes.reach("a group committed several mutations");
    this.#waiting.push(...records);
  }

  /** When a mutation was committed, and what it returned; null when it was not. */
  commitOf(token: string): { ts: bigint; result: string } | null {
    return this.#committed.get(token) ?? null;
  }

  get committedTokens(): Iterable<string> {
    return this.#committed.keys();
  }

  /** Runs what has been committed since. */
  async catchUp(): Promise<void> {
    while (this.#waiting.length > 0) {
      const records = this.#waiting;
      this.#waiting = [];
      for (const record of records) await this.#replay(record);
    }
  }

  async #replay({ ts, body }: LogRecord): Promise<void> {
    const { writes, request } = decodeLogBody(body, ts);
    this.commits++;
    const before = this.latest;
    hold(ts > before.ts, "ST14", () => `commit ${ts} follows commit ${before.ts}`);
    let asked: Asked | null = null;
    if (request) {
      const { sessionId, requestId } = request;
      const found = this.#asked.get(`${sessionId} ${requestId}`);
      const { caller } = JSON.parse(request.outcome) as { caller: string };
      const user = caller === "anonymous" ? null : caller.split("|")[1]!;
      hold(
        found?.users.has(user) === true,
        "M2",
        () => `${user} did not ask for ${sessionId} ${requestId}`,
      );
      asked = { ...found!, user };
      const last = this.#lastRequests.get(sessionId) ?? -1;
      // What failed is not recorded, as on Convex: if its client never heard of it, it runs again.
      if ((this.#executions.get(asked.token)?.attempt ?? 0) > 1) {
        this.#sometimes.reach("a request that had run before ran again");
      } else {
        hold(requestId > last, "I3", () => `request ${requestId} of a session follows ${last}`);
        this.#lastRequests.set(sessionId, requestId);
      }
    } else {
      asked = finishedJob(writes);
    }
    if (!asked) {
      const user = writes.filter(({ id }) => !this.#isSystemRow(id));
      hold(user.length === 0, "M2", () => `a commit without an author wrote ${user[0]?.id}`);
      this.#push({ ...before, ts });
      return;
    }
    const { token, name, args, user } = asked;
    hold(!this.#committed.has(token), "I1", () => `${name} ${token} was committed twice`);
    const floor = this.#floors.get(token) ?? 0n;
    hold(ts > floor, "M2", () => `${name} ${token} at ${ts} was asked after ${floor} was known`);
    if (!request) {
      const life = this.#scheduled.get(token);
      hold(life !== undefined, "I8", () => `the job ${token} ran without being due`);
      this.#scheduled.delete(token);
      this.#sometimes.reach("a job ran");
      if (life! < this.lives) this.#sometimes.reach("a job ran after a restart");
    }
    for (const { id, value } of writes) {
      if (value && !this.#creationTimes.has(id)) {
        this.#creationTimes.set(id, value._creationTime as number);
      }
    }
    const created = (id: string) => this.#creationTimes.get(id) ?? -1;
    const run = await runNaively(before, name, args, user, this.#executions, created).catch(
      (error: unknown) => {
        throw new Error(`${name} ${token} was committed at ${ts}, but naively: ${error}`);
      },
    );
    for (const [call, seen] of run.seen) {
      const inEngine = canonical(this.#executions.get(call)?.seen);
      const naively = canonical(seen);
      hold(inEngine === naively, "M2", () => `${name} ${call} saw ${inEngine}, not ${naively}`);
      if (naively.includes("[]")) this.#sometimes.reach("a mutation saw an empty range");
    }
    const expected = [...run.written].map(([id, row]) => `${id} ${canonical(row)}`).sort();
    const written = writes
      .filter(({ id }) => !this.#isSystemRow(id))
      .map(({ id, value }) => `${id} ${canonical(value)}`)
      .sort();
    hold(
      canonical(expected) === canonical(written),
      "M2",
      () => `${name} ${token} wrote ${written.join("; ")}, not ${expected.join("; ")}`,
    );
    if (written.length === 0) this.#sometimes.reach("a mutation committed without writing");
    if (name === "nested") this.#sometimes.reach("a nested mutation was taken back");
    const result = canonical(run.result);
    if (request) {
      const { valueJson } = JSON.parse(request.outcome) as { valueJson: string };
      const recorded = canonical(JSON.parse(valueJson));
      hold(recorded === result, "M2", () => `${name} ${token} gave ${recorded}, not ${result}`);
    }
    for (const job of run.jobs) this.#scheduled.set(job, this.lives);
    this.#committed.set(token, { ts, result });
    this.#push({ ts, tables: run.tables });
  }

  #push(state: NaiveState): void {
    this.#states.push(state);
    if (this.#states.length > STATES_KEPT) this.#states.splice(0, STATES_KEPT / 2);
    if (this.commits % COUNT_EVERY === 0) checkSums(state);
  }

  get jobsWaiting(): string[] {
    return [...this.#scheduled.keys()];
  }

  /** The state that a reader at `ts` must see. */
  stateAt(ts: bigint): NaiveState {
    for (let place = this.#states.length - 1; place >= 0; place--) {
      const state = this.#states[place]!;
      if (state.ts <= ts) return state;
    }
    throw new Error(`The state at ${ts} is not kept any more.`);
  }

  /** What a query must answer at `ts`, as text; "failed" for an error. */
  async answerAt(ts: bigint, name: string, args: Args, user: string | null): Promise<string> {
    const state = this.stateAt(ts);
    const key = `${name} ${JSON.stringify(args)} ${name === "mine" ? user : ""}`;
    const known = this.#answers.get(key);
    if (known) {
      let isSame = true;
      for (const [table, rows] of known.tables) isSame &&= state.tables[table] === rows;
      if (isSame) return known.text;
    }
    this.evaluations++;
    let text = "failed";
    const looked = new Set<string>();
    try {
      const answer = await queryNaively(state, name, args, user, looked);
      text = canonical(answer);
    } catch {
      // The function refuses, here as there.
    }
    const tables = new Map([...looked].map((table) => [table, state.tables[table]]));
    this.#answers.set(key, { tables, text });
    return text;
  }
}

/** The job whose success this commit records, if it does. */
function finishedJob(writes: ReadonlyArray<{ value: unknown }>): Asked | null {
  for (const { value } of writes) {
    const job = value as { state?: { kind?: string }; name?: string; args?: Args[] } | null;
    if (job?.state?.kind !== "success" || !job.args || !job.name) continue;
    const args = job.args[0]!;
    return { token: args.token!, name: job.name.split(":")[1]!, args, user: null };
  }
  return null;
}

/** What must hold at every moment, whoever did what (M8). */
export function checkSums({ ts, tables }: NaiveState): void {
  let total = 0;
  for (const { balance } of tables.accounts!.values()) total += balance as number;
  hold(
    total === BALANCE_TOTAL || tables.accounts!.size === 0,
    "M2",
    () => `the balances add up to ${total} at ${ts}`,
  );
  const doctors = [...tables.doctors!.values()];
  const isStaffed = doctors.length === 0 || doctors.some(({ onDuty }) => onDuty === true);
  hold(isStaffed, "M2", () => `nobody is on duty at ${ts}`);
  const counts = new Map<unknown, number>();
  for (const { room } of tables.messages!.values()) counts.set(room, (counts.get(room) ?? 0) + 1);
  for (const { _id, count, name } of tables.rooms!.values()) {
    const counted = counts.get(_id) ?? 0;
    hold(counted === count, "I5", () => `room ${name} counts ${count} and has ${counted}`);
  }
}

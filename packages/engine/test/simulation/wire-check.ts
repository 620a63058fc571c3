import { decodeTimestamp } from "../../src/protocol/timestamp.ts";
import { hold, type Sometimes } from "./facts.ts";
import type { History } from "./history.ts";
import type { Args } from "./model-app.ts";
import { canonical } from "./naive-store.ts";

interface Version {
  querySet: number;
  identity: number;
  ts: string;
}

interface AskedQuery {
  name: string;
  args: Args;
}

/** A view that a client has been shown, to be compared with what it must be. */
interface View {
  ts: bigint;
  user: string | null;
  results: Array<{ query: AskedQuery; shown: string }>;
}

export interface WireCounts {
  transitions: number;
  resultsCompared: number;
  /** Runs of queries that had been run before, and those of them that nothing had asked for. */
  queryRuns: number;
  needlessRuns: number;
}

/**
 * Listens to one connection at the server's end and holds every message to the protocol (R1 to R3,
 * R6, R7), and every view that a client is shown to the naive store at the same timestamp.
 */
export class WireCheck {
  readonly #history: History;
  readonly #sometimes: Sometimes;
  readonly #counts: WireCounts;
  readonly #undoableTs: () => bigint | null;
  readonly #onShown: (user: string | null) => void;
  #sessionId = "";
  #version: Version = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };
  /** Who each identity version is. */
  readonly #users: Array<string | null> = [null];
  /** What each query set version changed. */
  readonly #changes: Array<{ version: number; modifications: Array<Record<string, unknown>> }> = [];
  readonly #queries = new Map<number, AskedQuery>();
  readonly #held = new Map<number, string>();
  #views: View[] = [];
  #commitsTold = 0;

  constructor(
    history: History,
    sometimes: Sometimes,
    counts: WireCounts,
    undoableTs: () => bigint | null,
    onShown: (user: string | null) => void,
  ) {
    this.#history = history;
    this.#sometimes = sometimes;
    this.#counts = counts;
    this.#undoableTs = undoableTs;
    this.#onShown = onShown;
  }

  /** A message has arrived at the server. */
  received(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    switch (message.type) {
      case "Connect":
        this.#sessionId = message.sessionId as string;
        if (message.lastCloseReason === "InactiveServer") {
          this.#sometimes.reach("a client gave up a silent server");
        }
        break;
      case "Authenticate":
        this.#users.push(message.tokenType === "None" ? null : subjectOf(message.value as string));
        break;
      case "ModifyQuerySet":
        this.#changes.push({
          version: message.newVersion as number,
          modifications: message.modifications as Array<Record<string, unknown>>,
        });
        break;
      case "Mutation": {
        const [args] = message.args as [Args];
        this.#history.noteAsked(this.#sessionId, message.requestId as number, {
          token: args.token!,
          name: nameOf(message.udfPath as string),
          args,
          user: this.#users.at(-1)!,
        });
        break;
      }
      default:
    }
  }

  /** A message is about to leave the server. */
  sending(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    if (message.type === "MutationResponse" && message.success === true) {
      this.#show(decodeTimestamp(message.ts as string), "a response");
    }
    hold(message.type !== "FatalError", "SY8", () => `the stock client was refused: ${text}`);
    if (message.type === "AuthError" && message.authUpdateAttempted === false) {
      this.#sometimes.reach("a token expired");
    }
    if (message.type === "Transition") this.#transition(message);
  }

  #transition(message: Record<string, unknown>): void {
    const start = message.startVersion as Version;
    const end = message.endVersion as Version;
    this.#counts.transitions++;
    this.#sometimes.reach("a transition was sent");
    hold(
      canonical(start) === canonical(this.#version),
      "R1",
      () => `a transition starts at ${canonical(start)}, not ${canonical(this.#version)}`,
    );
    const startTs = decodeTimestamp(start.ts);
    const endTs = decodeTimestamp(end.ts);
    hold(endTs >= startTs, "R3", () => `a transition goes back from ${startTs} to ${endTs}`);
    this.#show(endTs, "a transition");
    if (end.identity !== start.identity) this.#sometimes.reach("a transition changed the identity");
    this.#version = end;
    this.#applyQuerySet(end.querySet);
    const modifications = message.modifications as Array<Record<string, unknown>>;
    if (modifications.length === 0) this.#sometimes.reach("a transition was empty");
    else if (this.#commitsTold > 0 && this.#history.commits > this.#commitsTold + 1) {
      this.#sometimes.reach("a transition told of several commits");
    }
    this.#commitsTold = this.#history.commits;
    for (const modification of modifications) {
      const queryId = modification.queryId as number;
      if (modification.type === "QueryRemoved") {
        this.#sometimes.reach("a transition carried a removed query");
        continue;
      }
      const isFailure = modification.type === "QueryFailed";
      if (isFailure) this.#sometimes.reach("a transition carried a failed query");
      if (this.#queries.has(queryId)) {
        this.#held.set(queryId, isFailure ? "failed" : canonical(modification.value));
      }
    }
    const results: View["results"] = [];
    for (const [queryId, query] of this.#queries) {
      const shown = this.#held.get(queryId);
      hold(shown !== undefined, "R2", () => `query ${query.name} has no result in its view`);
      results.push({ query, shown: shown! });
    }
    if (results.length > modifications.length) {
      this.#sometimes.reach("a transition skipped an unchanged result");
    }
    const user = this.#users[end.identity] ?? null;
    this.#onShown(user);
    this.#views.push({ ts: endTs, user, results });
  }

  /** What leaves must not be undone by any power cut (R7). */
  #show(ts: bigint, what: string): void {
    const undoableTs = this.#undoableTs();
    const isSafe = undoableTs === null || ts < undoableTs;
    hold(isSafe, "R7", () => `${what} shows ${ts}, but ${undoableTs} is not durable`);
    if (ts > this.#history.shownTs) this.#history.shownTs = ts;
  }

  #applyQuerySet(version: number): void {
    while (this.#changes[0] && this.#changes[0].version <= version) {
      for (const modification of this.#changes.shift()!.modifications) {
        const queryId = modification.queryId as number;
        if (modification.type === "Remove") {
          this.#queries.delete(queryId);
          this.#held.delete(queryId);
        } else {
          const [args] = modification.args as [Args];
          this.#queries.set(queryId, { name: nameOf(modification.udfPath as string), args });
        }
      }
    }
  }

  /** Compares the views shown since with what they must have been (R2, R6). */
  async compareViews(): Promise<void> {
    const views = this.#views;
    this.#views = [];
    for (const { ts, user, results } of views) {
      for (const { query, shown } of results) {
        this.#counts.resultsCompared++;
        const expected = await this.#history.answerAt(ts, query.name, query.args, user);
        hold(
          shown === expected,
          "R2",
          () =>
            `${query.name} ${JSON.stringify(query.args)} of ${user} at ${ts} shows ${shown}, not ${expected}`,
        );
      }
    }
  }
}

function nameOf(path: string): string {
  return path.replace(/\.js(?=:)/, "").split(":")[1]!;
}

export function subjectOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as {
    sub: string;
  };
  return claims.sub;
}

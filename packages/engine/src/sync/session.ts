import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import {
  type ActionMessage,
  type AuthenticateMessage,
  type ClientMessage,
  type ConnectMessage,
  type MutationMessage,
  parseClientMessage,
} from "../protocol/client-message.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import {
  actionResponse,
  authError,
  fatalError,
  mutationResponse,
  type StateVersion,
  transitionEnds,
} from "../protocol/server-message.ts";
import type { CallOrigin } from "../runtime/call-metadata.ts";
import type { FunctionResult } from "../runtime/outcome.ts";
import type { FunctionCall } from "../runtime/run-transaction.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Gathering } from "./gathering.ts";
import { HeldTransition } from "./held-transition.ts";
import { type QueryNews, QuerySet } from "./query-set.ts";
import type { RefreshQueries } from "./refresh-queries.ts";
import { type FramePart, framesOf } from "./transition-frames.ts";
import type { WatchedQueries } from "./watched-queries.ts";
import {
  isWaiting,
  type Modification,
  modificationOf,
  resultOf,
  type SharedResult,
  type Subscription,
  type WatchedQuery,
} from "./watched-query.ts";

/** The socket as a session sees it. */
export interface SyncTransport {
  /** Where it comes from; absent where a test is at its other end. */
  readonly origin?: CallOrigin;
  /**
   * Sends one frame; `onSent` is called when it has left for the network.
   *
   * @param isFollowed Whether another frame will follow in a moment, with which it may travel.
   */
  send(frame: string | readonly FramePart[], onSent?: () => void, isFollowed?: boolean): void;
  /** Bytes accepted for sending that have not left yet. */
  unsentBytes(): number;
  /**
   * Stops taking in frames, or goes on; a few that have arrived already may still be handed over.
   * Absent where a test decides what comes.
   */
  setReading?(isReading: boolean): void;
  close(code: number, reason: string): void;
}

const TOO_LARGE = `The request is too large (limit: ${limits.argumentBytesMax} bytes).`;

interface HeldMessage {
  message: ClientMessage;
  bytes: number;
}

/** Checks what `Authenticate` brought. @throws Error whose message may be shown to the client. */
export type Authenticate = (message: AuthenticateMessage) => Promise<Caller>;

export interface SessionServices {
  environment: Environment;
  runtime: Runtime;
  watchedQueries: WatchedQueries;
  refreshQueries: RefreshQueries;
  authenticate: Authenticate;
}

/** What one transition will tell a client: decided at the beginning of a turn. */
export interface TransitionPlan extends QueryNews {
  session: SyncSession;
  querySet: number;
  identity: number;
  /** A mutation was answered: a transition must follow, even an empty one. */
  isOwed: boolean;
}

/**
 * One client on one socket: its queries, its identity and its place in the chain of versions.
 *
 * It keeps the protocol's promises: messages take effect in order, every transition begins where
 * the last one ended, and a mutation's response is followed by a transition that covers it. It does
 * not run queries; it says what is pending and is told to send.
 */
export class SyncSession {
  readonly #services: SessionServices;
  readonly #transport: SyncTransport;
  readonly #queries: QuerySet;
  #sessionId: string | null = null;
  #clientClockSkewMs: number | null = null;

  /** What the client has been told. */
  #version: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  /** What the client has asked for, as the version of its queries is. */
  #identity = 0;
  #caller: Caller = ANONYMOUS;
  #expiry: Timer | null = null;
  /** Of a client that comes back. */
  #gathering: Gathering | null = null;
  /** Whether a mutation was answered since the last plan: its client waits for a transition. */
  #owesTransition = false;

  /** Messages that wait for an `Authenticate` before them to be decided; null while none is. */
  #inbox: HeldMessage[] | null = null;
  /** Of messages that are not done with: in the inbox, or mutations in the queue. */
  #heldBytes = 0;
  #isReading = true;
  #mutationsWaiting = 0;
  #actionsRunning = 0;
  #unsentTransitions = 0;
  /** Whether something was not planned because the client reads too slowly. */
  #isBlocked = false;
  #transitionsSent = 0;
  /** No other is planned before this one has left. */
  #held: HeldTransition | null = null;
  #isClosed = false;

  constructor(services: SessionServices, transport: SyncTransport) {
    this.#services = services;
    this.#queries = new QuerySet(this, services.watchedQueries);
    this.#transport = transport;
  }

  /** Takes one text frame. Nothing that it holds can throw out of here. */
  receive(text: string): void {
    if (this.#isClosed) return;
    try {
      const message = parseClientMessage(text);
      if (!this.#inbox) this.#handle(message, text.length);
      else if (this.#inbox.length >= 2 * limits.socketInboxMessagesMax) {
        throw new ProtocolError("Too many messages while a token is being checked.");
      } else {
        this.#inbox.push({ message, bytes: text.length });
        this.#hold(text.length);
      }
    } catch (error) {
      this.#refuseProtocol(error);
    }
  }

  /**
   * Takes the beginning of a frame that is too large to be parsed. A request is answered, since a
   * client whose socket is closed for it would send the same again for ever.
   */
  refuseOversized(head: string): void {
    const request = /^\{"type":"(Mutation|Action)","requestId":(\d{1,10}),/.exec(head);
    if (this.#isClosed) return;
    if (!request) {
      this.#refuseProtocol(new ProtocolError(TOO_LARGE));
      return;
    }
    const respond = request[1] === "Mutation" ? mutationResponse : actionResponse;
    const requestId = Number(request[2]);
    this.#send(respond({ requestId, success: false, errorMessage: TOO_LARGE, logLinesJson: "[]" }));
  }

  get hasConnected(): boolean {
    return this.#sessionId !== null;
  }

  /** The socket is gone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#expiry?.cancel();
    this.#gathering?.cancel();
    this.#queries.close();
  }

  /** Nothing comes any more: there is nothing to wait for before the first results. */
  endGathering(): void {
    if (!this.#isClosed) this.#gathering?.endListening();
  }

  /** Ends the connection for a reason of ours; the client comes back by itself. */
  fail(): void {
    if (!this.#isClosed) this.#end(1011, "InternalServerError");
  }

  /** A query of this client's may have a new result. */
  notePending(subscription: Subscription): void {
    this.#queries.note(subscription);
  }

  /** What there is to tell the client now; null for nothing, or nothing that it could take. */
  planTransition(): TransitionPlan | null {
    if (this.#isClosed) return null;
    if (this.#held) {
      if (this.#held.isSound) return null;
      this.#takeBack(this.#held.plan);
      this.#held = null;
    }
    this.#isBlocked = !this.#canSend();
    if (this.#isBlocked) return null;
    if (this.#gathering?.mustWait()) return null;
    const isBehind =
      this.#queries.hasPending ||
      this.#queries.version !== this.#version.querySet ||
      this.#identity !== this.#version.identity ||
      this.#owesTransition;
    if (!isBehind) return null;
    const plan: TransitionPlan = {
      session: this,
      ...this.#queries.takeNews(),
      querySet: this.#queries.version,
      identity: this.#identity,
      isOwed: this.#owesTransition,
    };
    this.#owesTransition = false;
    return plan;
  }

  /**
   * Sends a plan's transition; its queries have been run at `ts`, but for those that take their
   * time. Where the client has no result yet, that one can come later. An older result would be
   * shown beside newer ones: then the transition is held until all of `ts` is there.
   */
  sendTransition(plan: TransitionPlan, ts: bigint): void {
    if (this.#isClosed) return;
    const waiting = plan.pending.filter((subscription) => isWaiting(subscription));
    if (waiting.some(({ sent, isRemoved }) => sent !== null && !isRemoved)) {
      this.#held = HeldTransition.of(plan, ts);
      if (!this.#held) this.#takeBack(plan);
      return;
    }
    for (const subscription of waiting)
      if (!subscription.isRemoved) this.#queries.note(subscription);
    this.#tell(plan, ts, resultOf);
  }

  /** A query that a turn went on without has ended its run, and nothing has run it again. */
  noteRun(watched: WatchedQuery): void {
    const held = this.#held;
    if (!held?.note(watched)) return;
    this.#held = null;
    this.#tell(held.plan, held.ts, (subscription) => held.results.get(subscription) ?? null);
    this.#requestRefresh();
  }

  #tell(
    plan: TransitionPlan,
    ts: bigint,
    resultFor: (subscription: Subscription) => SharedResult | null,
  ): void {
    const modifications = plan.notices.map(
      (beginning): Modification => ({ beginning, result: null, isShared: false }),
    );
    for (const subscription of plan.pending) {
      const result = resultFor(subscription);
      if (subscription.isRemoved || !result) {
        // It has moved to another query since the plan was made: next turn.
        if (!subscription.isRemoved && !isWaiting(subscription)) this.#requestRefresh(subscription);
        continue;
      }
      // Equal without being the same where the query has been asked anew.
      if (subscription.sent?.fingerprint === result.fingerprint) continue;
      subscription.sent = result;
      modifications.push(modificationOf(subscription.queryId, subscription.watched, result));
    }
    const start = this.#version;
    const end = { querySet: plan.querySet, identity: plan.identity, ts };
    const hasMoved = end.querySet !== start.querySet || end.identity !== start.identity;
    if (modifications.length === 0 && !hasMoved && !plan.isOwed) return;
    this.#version = end;
    this.#sendText(start, end, modifications);
  }

  /** What was planned is for the next turn, which whoever is waited for asks for. */
  #takeBack(plan: TransitionPlan): void {
    this.#queries.giveBack(plan);
    this.#owesTransition ||= plan.isOwed;
  }

  #sendText(start: StateVersion, end: StateVersion, modifications: readonly Modification[]): void {
    const skew = this.#clientClockSkewMs;
    this.#clientClockSkewMs = null;
    const ends = transitionEnds({
      start,
      end,
      ...(skew === null ? {} : { clientClockSkewMs: skew }),
    });
    const id = String(this.#transitionsSent++);
    const frames = framesOf(ends, modifications, id);
    this.#unsentTransitions++;
    for (const [place, frame] of frames.entries()) {
      const isLast = place === frames.length - 1;
      this.#transport.send(frame, () => {
        if (isLast) this.#unsentTransitions--;
        this.#noteSent();
      });
    }
  }

  #send(text: string, isFollowed = false): void {
    this.#transport.send(text, () => this.#noteSent(), isFollowed);
  }

  #noteSent(): void {
    if (this.#isBlocked && !this.#isClosed && this.#canSend()) this.#requestRefresh();
  }

  #canSend(): boolean {
    return (
      this.#unsentTransitions < limits.socketUnsentTransitionsMax &&
      this.#transport.unsentBytes() < limits.socketUnsentBytesMax
    );
  }

  #requestRefresh(subscription?: Subscription): void {
    if (subscription) this.#queries.note(subscription);
    this.#services.refreshQueries.request(this);
  }

  /** What is held is bounded by not reading: nobody is refused for being quick. */
  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    const isFull =
      this.#heldBytes > limits.socketHeldBytesMax ||
      this.#mutationsWaiting >= limits.socketMutationsMax ||
      (this.#inbox?.length ?? 0) >= limits.socketInboxMessagesMax;
    if (isFull === !this.#isReading) return;
    this.#isReading = !isFull;
    this.#transport.setReading?.(this.#isReading);
  }

  #handle(message: ClientMessage, bytes: number): void {
    if (message.type !== "Connect" && this.#sessionId === null) {
      // The stock client does this when a token source that never answered was replaced while it
      // connected. A FatalError would end it for good; when it is cut off it comes back and is well.
      this.#end(1008, "ConnectMissing");
      return;
    }
    switch (message.type) {
      case "Connect":
        this.#connect(message);
        break;
      case "Authenticate":
        this.#authenticate(message);
        break;
      case "ModifyQuerySet":
        this.#queries.modify(message, this.#caller);
        this.#requestRefresh();
        break;
      case "Mutation":
        void this.#runMutation(message, bytes);
        break;
      case "Action":
        void this.#runAction(message);
        break;
      case "Event":
        break;
      default:
        message satisfies never;
    }
  }

  #connect(message: ConnectMessage): void {
    if (this.#sessionId !== null) throw new ProtocolError("Connect was sent twice.");
    this.#sessionId = message.sessionId;
    const { environment, runtime } = this.#services;
    if (message.connectionCount > 0) {
      this.#gathering = new Gathering(environment, () => this.#requestRefresh());
    }
    if (message.clientTs !== null) this.#clientClockSkewMs = message.clientTs - environment.nowMs();
    if ((message.maxObservedTimestamp ?? 0n) > runtime.durableTs) {
      environment.log("warn", "A client has seen a newer timestamp than this store knows.");
      this.#end(1011, "InternalServerError");
    }
  }

  /** The messages behind it wait: they mean the new identity. */
  #authenticate(message: AuthenticateMessage): void {
    if (message.baseVersion !== this.#identity) {
      throw new ProtocolError(
        `Authenticate has base version ${message.baseVersion}, not ${this.#identity}.`,
      );
    }
    this.#inbox = [];
    this.#services.authenticate(message).then(
      (caller) => this.#setCaller(caller),
      (error: unknown) => {
        const text = error instanceof Error ? error.message : "The token was refused.";
        this.#refuseToken(text, true);
      },
    );
  }

  #setCaller(caller: Caller): void {
    if (this.#isClosed) return;
    this.#caller = caller;
    this.#identity++;
    this.#expiry?.cancel();
    this.#expiry = null;
    if (caller.kind === "user") {
      const { environment } = this.#services;
      const delayMs = Math.max(caller.identity.expiresAtMs - environment.nowMs(), 0);
      const cappedMs = Math.min(delayMs, 2 ** 31 - 1);
      this.#expiry = environment.setTimer(cappedMs, () =>
        this.#refuseToken("The token has expired.", false),
      );
    }
    this.#queries.changeCaller(caller);
    this.#requestRefresh();
    this.#gathering?.listen();
    const inbox = this.#inbox ?? [];
    this.#inbox = null;
    for (const [place, { message, bytes }] of inbox.entries()) {
      if (this.#isClosed) return;
      this.#hold(-bytes);
      try {
        this.#handle(message, bytes);
      } catch (error) {
        this.#refuseProtocol(error);
        return;
      }
      if (this.#inbox !== null) {
        (this.#inbox as HeldMessage[]).push(...inbox.slice(place + 1));
        return;
      }
    }
  }

  async #runMutation(message: MutationMessage, bytes: number): Promise<void> {
    const { requestId } = message;
    if (this.#mutationsWaiting >= 2 * limits.socketMutationsMax) {
      const errorMessage = "TooManyConcurrentMutations: wait for earlier mutations to finish.";
      const failure = { requestId, success: false as const, errorMessage, logLinesJson: "[]" };
      this.#send(mutationResponse(failure));
      return;
    }
    const noteAnswered = this.#gathering?.note();
    this.#mutationsWaiting++;
    this.#hold(bytes);
    const request = { sessionId: this.#sessionId!, requestId };
    const call = this.#callOf(message);
    // The transition that follows is at least as new as `ts`, because turns begin after answers.
    const { result, ts } = await this.#services.runtime.runMutation(call, request);
    noteAnswered?.();
    this.#mutationsWaiting--;
    this.#hold(-bytes);
    if (this.#isClosed) return;
    const logLinesJson = JSON.stringify(result.logLines);
    if (!result.ok) {
      this.#send(mutationResponse({ ...failureOf(requestId, result), logLinesJson }));
      if (this.#gathering) this.#requestRefresh();
      return;
    }
    const success = { requestId, success: true as const, resultJson: result.valueJson };
    this.#send(mutationResponse({ ...success, ts, logLinesJson }), true);
    this.#owesTransition = true;
    this.#requestRefresh();
  }

  async #runAction(message: ActionMessage): Promise<void> {
    const { requestId } = message;
    if (this.#actionsRunning >= limits.socketActionsMax) {
      const errorMessage = "TooManyConcurrentActions: wait for earlier actions to finish.";
      const failure = { requestId, success: false as const, errorMessage, logLinesJson: "[]" };
      this.#send(actionResponse(failure));
      return;
    }
    this.#actionsRunning++;
    const result = await this.#services.runtime.runAction(this.#callOf(message));
    this.#actionsRunning--;
    if (this.#isClosed) return;
    const logLinesJson = JSON.stringify(result.logLines);
    if (!result.ok) {
      this.#send(actionResponse({ ...failureOf(requestId, result), logLinesJson }));
      return;
    }
    const success = { requestId, success: true as const, resultJson: result.valueJson };
    this.#send(actionResponse({ ...success, logLinesJson }));
  }

  #callOf(message: MutationMessage | ActionMessage): FunctionCall {
    return {
      path: message.functionPath,
      args: message.args,
      caller: this.#caller,
      allowsInternal: this.#caller.kind === "admin",
      ...(this.#transport.origin ? { origin: this.#transport.origin } : {}),
    };
  }

  #refuseToken(error: string, authUpdateAttempted: boolean): void {
    if (this.#isClosed) return;
    const baseVersion = this.#version.identity;
    this.#send(authError({ error, baseVersion, authUpdateAttempted }));
    this.#end(1000, "AuthError");
  }

  #refuseProtocol(error: unknown): void {
    if (!(error instanceof ProtocolError)) {
      this.#services.environment.log("error", "A message could not be handled.", {
        error: String(error),
      });
      this.#end(1011, "InternalServerError");
      return;
    }
    this.#send(fatalError(error.message));
    this.#end(1008, "ProtocolError");
  }

  #end(code: number, reason: string): void {
    this.close();
    this.#transport.close(code, reason);
  }
}

function failureOf(requestId: number, result: FunctionResult & { ok: false }) {
  const { errorMessage, errorDataJson } = result;
  const data = errorDataJson === undefined ? {} : { errorDataJson };
  return { requestId, success: false as const, errorMessage, ...data };
}

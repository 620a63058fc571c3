import { type SessionServices, SyncSession } from "../../src/sync/session.ts";
import { frameText } from "../../src/sync/transition-frames.ts";

export interface Held {
  functionPath: string;
  args: Record<string, unknown>;
  /** Undefined before the first result. */
  result: { value: unknown } | { error: string } | undefined;
  journal: string | null;
}

interface Version {
  querySet: number;
  identity: number;
  ts: string;
}
type Frame = {
  type: string;
  startVersion: Version;
  endVersion: Version;
  modifications: Array<{
    type: string;
    queryId: number;
    value?: unknown;
    errorMessage?: string;
    journal?: string | null;
  }>;
};

const START: Version = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };

/** A client that speaks to a real session, holds what it is told, and checks the chain of versions. */
export class LiveClient {
  readonly held = new Map<number, Held>();
  readonly closed: string[] = [];
  /** Who the server takes it for: the token is the subject. */
  subject: string | null = null;
  #session: SyncSession | null = null;
  #version = START;
  #querySet = 0;
  #identity = 0;
  #nextQueryId = 0;
  readonly #services: SessionServices;

  constructor(services: SessionServices) {
    this.#services = services;
    this.connect();
  }

  /** As the stock client comes back: everything anew, with the journals that it holds. */
  connect(): void {
    this.#session?.close();
    this.#version = START;
    this.#querySet = 0;
    this.#identity = 0;
    this.#session = new SyncSession(this.#services, {
      send: (frame, onSent) => {
        this.#receive(JSON.parse(frameText(frame)) as Frame);
        onSent?.();
      },
      unsentBytes: () => 0,
      close: (_, reason) => this.closed.push(reason),
    });
    this.#send({
      type: "Connect",
      sessionId: "00000000-0000-4000-8000-000000000000",
      connectionCount: 0,
      lastCloseReason: null,
      clientTs: 0,
    });
    if (this.subject !== null) this.authenticate(this.subject);
    const all = [...this.held].map(([queryId, { functionPath, args, journal }]) => ({
      type: "Add",
      queryId,
      udfPath: functionPath,
      args: [args],
      journal,
    }));
    for (const held of this.held.values()) held.result = undefined;
    this.#modify(all);
  }

  authenticate(subject: string | null): void {
    this.subject = subject;
    const baseVersion = this.#identity++;
    this.#send(
      subject === null
        ? { type: "Authenticate", baseVersion, tokenType: "None" }
        : { type: "Authenticate", baseVersion, tokenType: "User", value: subject },
    );
  }

  subscribe(functionPath: string, args: Record<string, unknown>): void {
    const queryId = this.#nextQueryId++;
    this.held.set(queryId, { functionPath, args, result: undefined, journal: null });
    this.#modify([{ type: "Add", queryId, udfPath: functionPath, args: [args] }]);
  }

  unsubscribe(at: number): void {
    const ids = [...this.held.keys()];
    const queryId = ids[at % Math.max(ids.length, 1)];
    if (queryId === undefined) return;
    this.held.delete(queryId);
    this.#modify([{ type: "Remove", queryId }]);
  }

  close(): void {
    this.#session?.close();
  }

  #modify(modifications: unknown[]): void {
    const baseVersion = this.#querySet++;
    this.#send({ type: "ModifyQuerySet", baseVersion, newVersion: this.#querySet, modifications });
  }

  #send(message: object): void {
    this.#session!.receive(JSON.stringify(message));
  }

  #receive(frame: Frame): void {
    if (frame.type !== "Transition") throw new Error(`unexpected ${JSON.stringify(frame)}`);
    if (JSON.stringify(frame.startVersion) !== JSON.stringify(this.#version)) {
      throw new Error(`the chain is broken: ${JSON.stringify([this.#version, frame])}`);
    }
    this.#version = frame.endVersion;
    for (const { type, queryId, value, errorMessage, journal } of frame.modifications) {
      const held = this.held.get(queryId);
      if (!held || type === "QueryRemoved") continue;
      held.journal = journal ?? null;
      held.result =
        type === "QueryUpdated"
          ? { value }
          : { error: errorMessage!.replace(/\[Request ID: \w+\] /, "") };
    }
  }
}

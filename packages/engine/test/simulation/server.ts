import type { Log } from "../../src/base/environment.ts";
import { limits } from "../../src/base/limits.ts";
import { createCore, type EngineCore } from "../../src/core.ts";
import { openMemoryFiles } from "../../src/files/memory-files.ts";
import { ANONYMOUS, type Caller } from "../../src/identity/caller.ts";
import type { AuthenticateMessage } from "../../src/protocol/client-message.ts";
import { PING } from "../../src/protocol/server-message.ts";
import { SyncSession, type SyncTransport } from "../../src/sync/session.ts";
import { frameText } from "../../src/sync/transition-frames.ts";
import type { Chance } from "./chance.ts";
import { type Executions, engineApp } from "./engine-app.ts";
import type { Sometimes } from "./facts.ts";
import type { History } from "./history.ts";
import type { Handler } from "./model-app.ts";
import type { Connection } from "./network.ts";
import type { SimDisk } from "./sim-disk.ts";
import { Machine, type VirtualTime } from "./virtual-time.ts";
import { subjectOf, WireCheck, type WireCounts } from "./wire-check.ts";

/** A deliberately wrong engine: what it changes about the right one. */
export interface Bug {
  name: string;
  disk?: (disk: SimDisk) => void;
  core?: (core: EngineCore, chance: Chance) => void;
  handlers?: Record<string, Handler>;
  transport?: (transport: SyncTransport) => SyncTransport;
}

interface Guest {
  connection: Connection;
  session: SyncSession;
  wire: WireCheck;
  lastHeardMs: number;
  lastSentMs: number;
  stalledSinceMs: number | null;
}

export interface ServerSurroundings {
  time: VirtualTime;
  chance: Chance;
  disk: SimDisk;
  history: History;
  executions: Executions;
  sometimes: Sometimes;
  counts: WireCounts;
  bug: Bug | null;
  /** Tokens issued before then are refused. */
  revokedBeforeMs: () => number;
  onDiskFailed: () => void;
  /** Runs a check now; what it throws ends the run, and not whoever is calling. */
  noting: (check: () => void) => void;
  /** Runs a check once this step is over. */
  checkLater: (check: () => void) => void;
}

/** One life of the server process: from its start to its end, whichever way it ends. */
export class Server {
  readonly machine: Machine;
  readonly core: EngineCore;
  readonly #world: ServerSurroundings;
  readonly #guests = new Set<Guest>();
  readonly #log: Log;
  isAccepting = true;

  constructor(world: ServerSurroundings, skewMs: number) {
    this.#world = world;
    this.machine = new Machine(world.time, world.chance);
    this.machine.skewMs = skewMs;
    this.#log = () => {};
    const { registry, schema } = engineApp(world.executions, world.bug?.handlers);
    const environment = this.machine.environment(this.#log);
    this.core = createCore({
      environment,
      persistence: world.disk.open(this.machine),
      schema,
      functions: registry,
      revealsErrors: false,
      onDiskFailed: world.onDiskFailed,
      files: openMemoryFiles(environment),
      cloudUrl: "https://simulation.test",
    });
    this.#countRuns();
    world.bug?.core?.(this.core, world.chance);
  }

  /** Counts the runs of queries that read one document, and those when it had not changed (R8). */
  #countRuns(): void {
    const { watchedQueries } = this.core;
    const { counts, checkLater, history } = this.#world;
    const lastRuns = new WeakMap<object, bigint>();
    const run = watchedQueries.run.bind(watchedQueries);
    watchedQueries.run = (watched, ts) => {
      const { functionPath, args } = watched.request;
      const lastTs = lastRuns.get(watched);
      lastRuns.set(watched, ts);
      if (functionPath === "app:message" && lastTs !== undefined) {
        checkLater(() => {
          const rowAt = (at: bigint) => history.stateAt(at).tables.messages!.get(args.id as string);
          counts.queryRuns++;
          if (rowAt(lastTs) === rowAt(ts)) counts.needlessRuns++;
        });
      }
      return run(watched, ts);
    };
  }

  async start(): Promise<void> {
    await this.core.scheduler.start();
    this.core.fileCollector.start();
    this.#watchLiveness();
  }

  accept(connection: Connection): void {
    const { time, history, sometimes, counts, disk, noting } = this.#world;
    const wire = new WireCheck(
      history,
      sometimes,
      counts,
      () => disk.undoableTs,
      (user) => {
        connection.shownUser = user;
      },
    );
    const transport: SyncTransport = {
      send: (frame, onSent) => {
        if (!this.machine.isOn) return;
        const text = frameText(frame);
        noting(() => wire.sending(text));
        guest.lastSentMs = time.nowMs;
        guest.stalledSinceMs ??= time.nowMs;
        connection.sendDown(text, () => {
          if (!this.machine.isOn) return;
          guest.stalledSinceMs = connection.unsentBytes > 0 ? time.nowMs : null;
          onSent?.();
        });
      },
      unsentBytes: () => connection.unsentBytes,
      close: (code, reason) => {
        if (this.machine.isOn) connection.closeFromServer(code, reason);
        this.#guests.delete(guest);
      },
    };
    const { environment } = this.#services();
    const session = new SyncSession(
      {
        environment,
        runtime: this.core.runtime,
        watchedQueries: this.core.watchedQueries,
        refreshQueries: this.core.refreshQueries,
        authenticate: (message) => this.#authenticate(message),
      },
      this.#world.bug?.transport?.(transport) ?? transport,
    );
    const nowMs = time.nowMs;
    const guest: Guest = {
      connection,
      session,
      wire,
      lastHeardMs: nowMs,
      lastSentMs: nowMs,
      stalledSinceMs: null,
    };
    this.#guests.add(guest);
    connection.server = {
      receive: (text) => {
        if (!this.machine.isOn) return;
        guest.lastHeardMs = time.nowMs;
        noting(() => wire.received(text));
        session.receive(text);
      },
      closed: () => {
        this.#guests.delete(guest);
        if (this.machine.isOn) session.close();
      },
    };
  }

  /** The views that were shown since are compared with what they must have been. */
  async compareViews(): Promise<void> {
    for (const { wire } of this.#guests) await wire.compareViews();
  }

  /** The process is gone at once. @param isSilent Clients do not hear of it. */
  async end(isSilent: boolean): Promise<void> {
    await this.compareViews();
    this.machine.isOn = false;
    for (const { connection } of this.#guests) {
      if (isSilent) connection.fallSilent(true, true);
      else connection.cut();
    }
    this.#guests.clear();
  }

  /** As `engine.ts` does it: finish what is under way, say goodbye, let the disk go. */
  async stop(): Promise<void> {
    this.isAccepting = false;
    await this.core.scheduler.close();
    await this.core.fileCollector.close();
    await this.core.runtime.close();
    await new Promise<void>((resolve) => this.machine.after(10, resolve));
    await this.compareViews();
    for (const { connection, session } of this.#guests) {
      connection.closeFromServer(1012, "InternalServerError");
      session.close();
    }
    this.#guests.clear();
    try {
      this.core.close();
    } finally {
      this.machine.isOn = false;
    }
  }

  #services() {
    return { environment: this.machine.environment(this.#log) };
  }

  async #authenticate(message: AuthenticateMessage): Promise<Caller> {
    if (message.tokenType !== "User") return ANONYMOUS;
    const { chance, sometimes } = this.#world;
    await new Promise<void>((resolve) => this.machine.after(chance.int(0, 30), resolve));
    const { exp, iat } = claimsOf(message.value);
    const isExpired = exp * 1000 <= this.machine.wallMs();
    if (isExpired || iat * 1000 < this.#world.revokedBeforeMs()) {
      sometimes.reach("a token was refused");
      throw new Error("The token is not accepted.");
    }
    const subject = subjectOf(message.value);
    const tokenIdentifier = `https://issuer.test|${subject}`;
    return {
      kind: "user",
      identity: {
        identity: { subject, issuer: "https://issuer.test", tokenIdentifier },
        tokenIdentifier,
        expiresAtMs: exp * 1000,
        token: message.value,
      },
    };
  }

  /** As `http/sync-socket.ts` does it; sockets answer pings as long as anything gets through. */
  #watchLiveness(): void {
    this.machine.after(limits.livenessCheckMs, () => {
      const { nowMs } = this.#world.time;
      for (const guest of this.#guests) {
        const { connection, session } = guest;
        if (!connection.isHalfOpen) guest.lastHeardMs = nowMs;
        const isStalled =
          guest.stalledSinceMs !== null &&
          connection.unsentBytes > 0 &&
          nowMs - guest.stalledSinceMs > limits.socketStalledMs;
        if (isStalled) this.#world.sometimes.reach("a stalled reader was cut off");
        if (isStalled || nowMs - guest.lastHeardMs > limits.socketIdleMs) {
          this.#guests.delete(guest);
          connection.cut();
          session.close();
        } else if (nowMs - guest.lastSentMs >= limits.pingIntervalMs) {
          guest.lastSentMs = nowMs;
          connection.sendDown(PING);
        }
      }
      this.#watchLiveness();
    });
  }
}

function claimsOf(token: string): { iat: number; exp: number } {
  return JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
}

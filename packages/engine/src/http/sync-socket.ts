import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import { PING } from "../protocol/server-message.ts";
import { type SessionServices, SyncSession, type SyncTransport } from "../sync/session.ts";
import { HeldWrites } from "./held-writes.ts";
import { writeTextFrame } from "./text-frame.ts";

interface Connection {
  socket: WebSocket;
  session: SyncSession;
  /** Monotonic times, ms. */
  lastHeardMs: number;
  lastSentMs: number;
  /** Since when nothing that waits for sending has left; null while nothing waits. */
  stalledSinceMs: number | null;
}

/** `<mount>/api/<version>/sync` and `<mount>/api/sync`. */
const SYNC_PATH = /^\/api\/(?:[^/]{1,64}\/)?sync$/;

/**
 * The WebSocket end of the sync protocol: frames in and out, liveness, and limits that hold before
 * a session sees anything. Compression is off: it costs memory for each socket and invites bombs.
 */
export class SyncSocketServer {
  readonly #services: SessionServices;
  readonly #environment: Environment;
  readonly #connections = new Set<Connection>();
  readonly #server: WebSocketServer;
  #livenessTimer: Timer | null = null;
  #isDeaf = false;
  #isClosed = false;

  constructor(services: SessionServices) {
    this.#services = services;
    this.#environment = services.environment;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.socketFrameBytesMax,
      ...{
        maxFragments: limits.socketFragmentsMax,
        maxBufferedChunks: limits.socketBufferedChunksMax,
      },
    });
    this.#scheduleLivenessCheck();
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes an upgrade request; `path` is what follows the engine's mount point. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, path: string): void {
    if (this.#isClosed || !SYNC_PATH.test(path)) {
      const status = this.#isClosed ? "503 Service Unavailable" : "404 Not Found";
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#accept(webSocket, socket),
    );
  }

  /**
   * Takes nothing in from now on: what comes is never begun, and is sent again by its client to
   * whoever serves next. Answers to what came before still go out.
   */
  stopListening(): void {
    this.#isDeaf = true;
  }

  /** Says goodbye to everybody in the way that makes clients return in about a second. */
  close(): void {
    this.#isClosed = true;
    this.#livenessTimer?.cancel();
    for (const { socket } of this.#connections) socket.close(1012, "InternalServerError");
    this.#environment.setTimer(300, () => {
      for (const { socket } of this.#connections) socket.terminate();
    });
  }

  #accept(socket: WebSocket, stream: Duplex): void {
    const writes = new HeldWrites(stream, this.#environment);
    const nowMs = this.#environment.monotonicMs();
    const transport: SyncTransport = {
      send: (frame, onSent, isFollowed = false) => {
        if (socket.readyState !== socket.OPEN) return;
        if (isFollowed) writes.hold();
        connection.lastSentMs = this.#environment.monotonicMs();
        connection.stalledSinceMs ??= connection.lastSentMs;
        const noteSent = () => {
          connection.stalledSinceMs =
            socket.bufferedAmount === 0 ? null : this.#environment.monotonicMs();
          onSent?.();
        };
        // The socket library writes at once what it is given, so that nothing of it is under way.
        if (typeof frame === "string") socket.send(frame, noteSent);
        else writeTextFrame(stream, frame, noteSent);
        if (!isFollowed) writes.release();
      },
      unsentBytes: () => socket.bufferedAmount,
      close: (code, reason) => socket.close(code, reason),
    };
    const session = new SyncSession(this.#services, transport);
    const connection: Connection = {
      socket,
      session,
      lastHeardMs: nowMs,
      lastSentMs: nowMs,
      stalledSinceMs: null,
    };
    this.#connections.add(connection);
    socket.on("message", (data, isBinary) => this.#receive(connection, data, isBinary));
    socket.on("pong", () => {
      connection.lastHeardMs = this.#environment.monotonicMs();
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      this.#connections.delete(connection);
      session.close();
    });
  }

  #receive(connection: Connection, data: RawData, isBinary: boolean): void {
    const { socket, session } = connection;
    connection.lastHeardMs = this.#environment.monotonicMs();
    if (this.#isDeaf) return;
    if (isBinary) {
      socket.close(1003, "TextFramesOnly");
      return;
    }
    const bytes = data as Buffer;
    if (!session.hasConnected && bytes.length > limits.socketMessageBytesBeforeConnectMax) {
      socket.close(1009, "MessageTooBig");
    } else if (bytes.length > limits.socketMessageBytesMax) {
      session.refuseOversized(bytes.toString("utf8", 0, 256));
    } else {
      session.receive(bytes.toString("utf8"));
    }
  }

  /** Browsers hide WebSocket pings from the client, which counts on hearing a JSON Ping. */
  #scheduleLivenessCheck(): void {
    this.#livenessTimer = this.#environment.setTimer(limits.livenessCheckMs, () => {
      const nowMs = this.#environment.monotonicMs();
      for (const connection of this.#connections) this.#checkLiveness(connection, nowMs);
      if (!this.#isClosed) this.#scheduleLivenessCheck();
    });
  }

  #checkLiveness(connection: Connection, nowMs: number): void {
    const { socket, lastHeardMs, lastSentMs, stalledSinceMs } = connection;
    const isStalled =
      stalledSinceMs !== null &&
      socket.bufferedAmount > 0 &&
      nowMs - stalledSinceMs > limits.socketStalledMs;
    if (isStalled || nowMs - lastHeardMs > limits.socketIdleMs) {
      socket.terminate();
      return;
    }
    if (nowMs - lastSentMs < limits.pingIntervalMs) return;
    connection.lastSentMs = nowMs;
    socket.ping();
    socket.send(PING);
  }
}

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import { PING } from "../protocol/server-message.ts";
import type { CallOrigin } from "../runtime/call-metadata.ts";
import { type SessionServices, SyncSession, type SyncTransport } from "../sync/session.ts";
import { HeldWrites } from "./held-writes.ts";
import { originOf, type ReadAddress } from "./origin.ts";
import { writeTextFrame } from "./text-frame.ts";

interface Connection {
  socket: WebSocket;
  session: SyncSession;
  /** Monotonic times, ms. */
  lastHeardMs: number;
  lastSentMs: number;
  openedMs: number;
  /** Pings and pongs that it may still send, as of `lastControlMs`. */
  controlFrames: number;
  lastControlMs: number;
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
  #waitingForConnect = 0;
  readonly #server: WebSocketServer;
  readonly #allowedOrigins: readonly string[] | null;
  readonly #readAddress: ReadAddress;
  #livenessTimer: Timer | null = null;
  #isDeaf = false;
  #isClosed = false;

  /** @param allowedOrigins Of pages that may connect, exactly as browsers write them; null: any. */
  constructor(
    services: SessionServices,
    readAddress: ReadAddress,
    allowedOrigins: readonly string[] | null,
  ) {
    this.#allowedOrigins = allowedOrigins;
    this.#readAddress = readAddress;
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
        // Its own bound of 60 cuts a flooder off without a word, before ours can say why.
        maxPendingAutoPongs: limits.socketPendingPongsMax,
      },
    });
    this.#scheduleLivenessCheck();
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes an upgrade request; `path` is what follows the engine's mount point. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, path: string): void {
    if (!SYNC_PATH.test(path)) {
      refuse(socket, "404 Not Found");
    } else if (request.method !== "GET") {
      // The library would say so with a body, which an answer to HEAD must not have.
      refuse(socket, "405 Method Not Allowed");
    } else if (!this.#allowsOrigin(request.headers.origin)) {
      refuse(socket, "403 Forbidden");
    } else if (this.#isClosed || this.#waitingForConnect >= limits.socketsBeforeConnectMax) {
      refuse(socket, "503 Service Unavailable");
    } else {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = this.#accept(webSocket, socket, originOf(request, this.#readAddress));
        this.#boundUntilConnect(connection, socket);
      });
    }
  }

  /** Programs send no origin, and are no page that somebody could be lured to. */
  #allowsOrigin(origin: string | undefined): boolean {
    return origin === undefined || (this.#allowedOrigins?.includes(origin) ?? true);
  }

  /**
   * Takes nothing in from now on: what comes is never begun, and is sent again by its client to
   * whoever serves next. Answers to what came before still go out.
   */
  stopListening(): void {
    this.#isDeaf = true;
    for (const { session } of this.#connections) session.endGathering();
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

  #accept(socket: WebSocket, stream: Duplex, origin: CallOrigin): Connection {
    const writes = new HeldWrites(stream, this.#environment);
    const nowMs = this.#environment.monotonicMs();
    const transport: SyncTransport = {
      origin,
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
      setReading: (isReading) => {
        // What was not read cannot have been heard.
        connection.lastHeardMs = this.#environment.monotonicMs();
        if (isReading) socket.resume();
        else socket.pause();
      },
      close: (code, reason) => socket.close(code, reason),
    };
    const session = new SyncSession(this.#services, transport);
    const connection: Connection = {
      socket,
      session,
      lastHeardMs: nowMs,
      lastSentMs: nowMs,
      stalledSinceMs: null,
      openedMs: nowMs,
      controlFrames: limits.socketControlFramesBurst,
      lastControlMs: nowMs,
    };
    this.#connections.add(connection);
    socket.on("message", (data, isBinary) => this.#receive(connection, data, isBinary));
    for (const kind of ["ping", "pong"]) socket.on(kind, () => this.#receiveControl(connection));
    // The socket has said why, where there was something to say, and closes by itself.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#connections.delete(connection);
      session.close();
    });
    return connection;
  }

  /** A stranger gets little memory, in frames or in halves of frames. */
  #boundUntilConnect({ socket, session }: Connection, stream: Duplex): void {
    let bytes = 0;
    let isWaiting = true;
    this.#waitingForConnect++;
    const settle = () => {
      if (isWaiting) this.#waitingForConnect--;
      isWaiting = false;
      stream.off("data", count);
    };
    const count = (part: Buffer) => {
      bytes += part.length;
      if (session.hasConnected) settle();
      else if (bytes > limits.socketBytesBeforeConnectMax) {
        socket.close(1009, "MessageTooBig");
        settle();
      }
    };
    // Behind the socket's own listener: what this part said has been handled by then.
    stream.on("data", count);
    stream.once("close", settle);
  }

  #receiveControl(connection: Connection): void {
    const nowMs = this.#environment.monotonicMs();
    connection.lastHeardMs = nowMs;
    const { socketControlFramesPerSecond: rate, socketControlFramesBurst: burst } = limits;
    const earned = ((nowMs - connection.lastControlMs) / 1000) * rate;
    connection.lastControlMs = nowMs;
    connection.controlFrames = Math.min(burst, connection.controlFrames + earned) - 1;
    if (connection.controlFrames < 0) connection.socket.close(1008, "TooManyControlFrames");
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
    if (bytes.length > limits.socketMessageBytesMax) {
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
    const { socket, session, lastHeardMs, lastSentMs, stalledSinceMs, openedMs } = connection;
    const isStalled =
      stalledSinceMs !== null &&
      socket.bufferedAmount > 0 &&
      nowMs - stalledSinceMs > limits.socketStalledMs;
    if (isStalled) {
      // It may yet hear why; it does not read, so it is not waited for.
      socket.close(1013, "SlowConsumer");
      this.#environment.setTimer(1_000, () => socket.terminate());
      return;
    }
    if (!socket.isPaused && nowMs - lastHeardMs > limits.socketIdleMs) {
      socket.terminate();
      return;
    }
    if (!session.hasConnected && nowMs - openedMs > limits.socketConnectMs) {
      socket.close(1008, "ConnectExpected");
      return;
    }
    if (nowMs - lastSentMs < limits.pingIntervalMs) return;
    connection.lastSentMs = nowMs;
    socket.ping();
    socket.send(PING);
  }
}

function refuse(socket: Duplex, status: string): void {
  // Without a listener, a reset on the way would end the process.
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

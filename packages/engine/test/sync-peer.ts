import { WebSocket } from "ws";

type Message = Record<string, unknown> & { type: string };

/** A peer that speaks the sync protocol by hand, to do what the stock client never would. */
export interface SyncPeer {
  send(message: Record<string, unknown>): void;
  sendText(text: string): void;
  /** The next message of a type, skipping others; rejects when the socket closes first. */
  next(type: string): Promise<Message>;
  /** All messages so far, oldest first. */
  all: readonly Message[];
  /** Stops taking anything from the network, or goes on. */
  setReading(isReading: boolean): void;
  /** Of all frames so far. */
  receivedBytes(): number;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

/**
 * @param sessionId Of its Connect; empty: it says none.
 * @param options.connect What its Connect says besides.
 * @param options.autoPong Whether it answers pings of WebSockets; default true.
 */
export async function openPeer(
  url: string,
  sessionId: string,
  options: { connect?: object; autoPong?: boolean } = {},
): Promise<SyncPeer> {
  const { autoPong = true } = options;
  const address = `${url.replace("http", "ws")}/api/1.48.0/sync`;
  const socket = new WebSocket(address, { autoPong });
  const all: Message[] = [];
  const received: Message[] = [];
  const waiting: Array<{
    type: string;
    resolve: (m: Message) => void;
    reject: (e: Error) => void;
  }> = [];
  let receivedBytes = 0;
  socket.on("message", (data) => {
    receivedBytes += (data as Buffer).length;
    const message = JSON.parse(String(data)) as Message;
    all.push(message);
    const place = waiting.findIndex((waiter) => waiter.type === message.type);
    if (place < 0) received.push(message);
    else waiting.splice(place, 1)[0]!.resolve(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      for (const waiter of waiting) waiter.reject(new Error(`closed: ${code} ${String(reason)}`));
      resolve({ code, reason: String(reason) });
    });
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("open", resolve));
  const send = (message: Record<string, unknown>) => socket.send(JSON.stringify(message));
  if (sessionId !== "") {
    const connect = { connectionCount: 0, lastCloseReason: null, clientTs: 0 };
    send({ type: "Connect", sessionId, ...connect, ...options.connect });
  }
  return {
    send,
    sendText: (text) => socket.send(text),
    next: (type) => {
      const place = received.findIndex((message) => message.type === type);
      if (place >= 0) return Promise.resolve(received.splice(place, 1)[0]!);
      return new Promise((resolve, reject) => waiting.push({ type, resolve, reject }));
    },
    all,
    setReading: (isReading) => (isReading ? socket.resume() : socket.pause()),
    receivedBytes: () => receivedBytes,
    closed,
    close: () => socket.close(),
  };
}

// The people of a campaign, in a process of their own that can be killed: 8 writers and 4 readers,
// each a stock client on a real WebSocket. What happens is written down before anybody acts on it.
import { setMaxListeners } from "node:events";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { WebSocket } from "ws";
import type { HistoryEvent, Invoked } from "./history.ts";

const ROOMS = ["north", "south", "east"];
const WRITERS = 8;
const READERS = 4;
/** About 200 messages a second from all of them. */
const PAUSE_MS = 40;
const UNANSWERED_MAX = 50;
const rooms = anyApi.rooms!;

/** The load, until it is told to finish; the last line that it prints is `finished`. */
export async function runLoad(url: string, historyFile: string): Promise<void> {
  const before = readHistory(historyFile);
  const wire = new Wire(before);
  const write = (event: HistoryEvent) => {
    appendFileSync(historyFile, `${JSON.stringify(event)}\n`);
  };
  // What a browser says to its pages when the network is back; the client then connects at once.
  const browser = new EventTarget();
  setMaxListeners(WRITERS + READERS, browser);
  Object.assign(globalThis, { window: browser });
  let isFinishing = false;
  process.on("message", (message) => {
    if (message === "online") browser.dispatchEvent(new Event("online"));
    if (message === "finish") isFinishing = true;
  });
  process.on("disconnect", () => process.exit(1));

  for (let n = 0; n < READERS; n++) watchRooms(wire.connect(url), `reader ${n}`, write);
  const writers = Array.from({ length: WRITERS }, (_, n) => {
    const author = `writer ${n}`;
    const open = unanswered(before).filter((event) => event.author === author);
    const sequence = before.filter((e) => e.kind === "invoke" && e.author === author).length;
    return new Writer(wire, wire.connect(url), author, { write, open, sequence });
  });
  process.send?.("running");
  await Promise.all(writers.map((writer) => writer.run(() => isFinishing)));
  process.send?.("finished", () => process.exit(0));
}

function watchRooms(
  client: ConvexClient,
  reader: string,
  write: (event: HistoryEvent) => void,
): void {
  type Window = { count: number; messages: Array<{ position: number; messageId: string }> };
  for (const room of ROOMS) {
    const seen = new Map<number, string>();
    const onView = ({ count, messages }: Window) => {
      const news = messages.filter(({ position, messageId }) => seen.get(position) !== messageId);
      for (const { position, messageId } of news) seen.set(position, messageId);
      const top = messages[0]?.position ?? 0;
      write({ kind: "saw", reader, room, count, top, messages: news });
    };
    client.onUpdate(rooms.window!, { room }, onView, ({ message }) =>
      write({ kind: "readFailed", reader, error: message }),
    );
  }
}

/** Sends without waiting for answers, as people do who type fast. */
class Writer {
  readonly #wire: Wire;
  readonly #client: ConvexClient;
  readonly #author: string;
  readonly #write: (event: HistoryEvent) => void;
  readonly #open: readonly Invoked[];
  #sequence: number;
  #waiting = 0;

  constructor(
    wire: Wire,
    client: ConvexClient,
    author: string,
    from: { write: (event: HistoryEvent) => void; open: readonly Invoked[]; sequence: number },
  ) {
    this.#wire = wire;
    this.#client = client;
    this.#author = author;
    this.#write = from.write;
    this.#open = from.open;
    this.#sequence = from.sequence;
  }

  async run(isFinishing: () => boolean): Promise<void> {
    // The outbox of the process that was killed, first and in its order.
    for (const event of this.#open) this.#send(event);
    while (!isFinishing()) {
      if (this.#waiting < UNANSWERED_MAX) this.#send(this.#next());
      await pause();
    }
    while (this.#waiting > 0) await pause();
  }

  #next(): Omit<Invoked, "seenTs"> {
    const sequence = this.#sequence++;
    return {
      kind: "invoke",
      room: ROOMS[(sequence * 7 + this.#author.length + Number(this.#author.at(-1))) % 3]!,
      author: this.#author,
      sequence,
      messageId: `${this.#author}/${sequence}`,
      asks: sequence % 5 === 0 ? "mutation" : sequence % 5 === 2 ? "action" : "nothing",
    };
  }

  #send({ room, author, sequence, messageId, asks }: Omit<Invoked, "seenTs">): void {
    const event = { room, author, sequence, messageId, asks };
    this.#write({ kind: "invoke", ...event, seenTs: String(this.#wire.seenTs) });
    this.#waiting++;
    this.#client
      .mutation(rooms.send!, event)
      .then(
        (position: number) =>
          this.#write({ kind: "ok", messageId, position, ts: this.#wire.commitTsOf(messageId) }),
        ({ message }: Error) => this.#write({ kind: "failed", messageId, error: message }),
      )
      .finally(() => this.#waiting--);
  }
}

/** Listens in on all sockets: which timestamps have been seen, and at which a message was committed. */
class Wire {
  seenTs = 0n;
  readonly #commits = new Map<string, string>();

  constructor(before: readonly HistoryEvent[]) {
    for (const event of before) {
      if (event.kind === "ok") this.#noteSeen(BigInt(event.ts));
      if (event.kind === "invoke") this.#noteSeen(BigInt(event.seenTs));
    }
  }

  connect(url: string): ConvexClient {
    const wire = this;
    const messageIds = new Map<number, string>();
    class ListeningSocket extends WebSocket {
      constructor(address: string) {
        super(address);
        this.on("message", (data) => wire.#noteReceived(String(data), messageIds));
      }

      override send(data: string): void {
        const sent = JSON.parse(data) as {
          type: string;
          requestId: number;
          args: [{ messageId: string }];
        };
        if (sent.type === "Mutation") messageIds.set(sent.requestId, sent.args[0].messageId);
        super.send(data);
      }
    }
    return new ConvexClient(url, {
      webSocketConstructor: ListeningSocket as unknown as typeof globalThis.WebSocket,
      unsavedChangesWarning: false,
      logger: false,
    });
  }

  #noteSeen(ts: bigint): void {
    if (ts > this.seenTs) this.seenTs = ts;
  }

  commitTsOf(messageId: string): string {
    const ts = this.#commits.get(messageId);
    this.#commits.delete(messageId);
    return ts ?? "0";
  }

  #noteReceived(text: string, messageIds: Map<number, string>): void {
    const message = JSON.parse(text) as {
      type: string;
      requestId: number;
      ts?: string;
      endVersion: { ts: string };
    };
    const encoded = message.type === "Transition" ? message.endVersion.ts : message.ts;
    if (typeof encoded !== "string") return;
    const ts = Buffer.from(encoded, "base64").readBigUInt64LE();
    this.#noteSeen(ts);
    if (message.type !== "MutationResponse") return;
    const messageId = messageIds.get(message.requestId);
    if (messageId !== undefined) this.#commits.set(messageId, String(ts));
  }
}

/** Everything up to the last whole line: the process before this one may have died while writing. */
export function readHistory(file: string): HistoryEvent[] {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as HistoryEvent);
}

function unanswered(history: readonly HistoryEvent[]): Invoked[] {
  const open = new Map<string, Invoked>();
  for (const event of history) {
    if (event.kind === "invoke" && !open.has(event.messageId)) open.set(event.messageId, event);
    if (event.kind === "ok" || event.kind === "failed") open.delete(event.messageId);
  }
  return [...open.values()];
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

const [url, historyFile] = process.argv.slice(2);
if (url !== undefined && historyFile !== undefined) await runLoad(url, historyFile);

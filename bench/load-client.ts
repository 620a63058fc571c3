// One connected person: as much of a client as the wire demands and not a byte parsed more.
import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import type { Dialect, Member, QueryCall } from "./load-protocol";
import { bodyOf, readNewMarkers } from "./marker";

const HEARTBEAT_MS = 30_000;
const CONNECT_MAX_MS = 30_000;
const PAGE_SIZE = 30;
/** Above every id that the page will ever have. */
const OTHER_QUERY_ID = 1_000_000;

export interface LoadClient {
  send(marker: number): void;
  close(): void;
}

export interface LoadEvents {
  onMarker(marker: number): void;
  onRefusal(text: string): void;
  /** The connection ended although nobody asked for it. */
  onLost(reason: string): void;
}

/** Connects and resolves once the first page is there. */
export function connectMember(
  dialect: Dialect,
  member: Member,
  events: LoadEvents,
): Promise<LoadClient> {
  return dialect.kind === "ceiling"
    ? connectCeiling(dialect.url, member, events)
    : connectConvex(dialect, member, events);
}

async function connectCeiling(
  url: string,
  member: Member,
  events: LoadEvents,
): Promise<LoadClient> {
  const socket = new WebSocket(`${url}/?room=${encodeURIComponent(member.room)}`, {
    perMessageDeflate: false,
  });
  let newest = -1;
  const isReady = withinTime((ready) => {
    socket.on("message", (frame: Buffer) => {
      newest = readNewMarkers(frame, newest, events.onMarker);
      ready();
    });
    socket.on("error", (error) => events.onLost(error.message));
  });
  const close = endQuietly(socket, events);
  await isReady;
  return {
    send(marker) {
      socket.send(JSON.stringify({ author: member.author, body: bodyOf(marker) }));
    },
    close,
  };
}

async function connectConvex(
  dialect: Dialect & { kind: "convex" },
  member: Member,
  events: LoadEvents,
): Promise<LoadClient> {
  const socket = new WebSocket(`${dialect.url.replace(/^http/, "ws")}/api/1.48.0/sync`, {
    perMessageDeflate: false,
  });
  const post = (message: object) => socket.send(JSON.stringify(message));
  let newest = -1;
  let requestId = 0;
  /** The page is asked for anew under the next id; the other queries follow it and keep theirs. */
  let pageId = 1;
  let querySetVersion = 1;
  let newOnPage = 0;
  const roomArgs = { [dialect.roomField]: member.room };

  const pageCall = (): QueryCall => ({
    path: dialect.listPath,
    args: dialect.isPaginated
      ? { ...roomArgs, paginationOpts: { numItems: PAGE_SIZE, cursor: null, id: pageId } }
      : roomArgs,
  });

  socket.on("open", () => {
    const sessionId = randomUUID();
    const clientTs = Date.now();
    post({
      type: "Connect",
      sessionId,
      connectionCount: 0,
      lastCloseReason: "InitialConnect",
      clientTs,
    });
    if (member.token !== null) {
      post({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: member.token });
    }
    const others = member.otherQueries.map((call, n) => add(OTHER_QUERY_ID + n, call));
    const modifications = [add(pageId, pageCall()), ...others];
    post({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
  });

  /** As the stock client does: a page that has grown to twice its size is given up for a smaller one. */
  const shrinkPage = () => {
    const modifications = [{ type: "Remove", queryId: pageId }, add(pageId + 1, pageCall())];
    const [baseVersion, newVersion] = [querySetVersion, querySetVersion + 1];
    post({ type: "ModifyQuerySet", baseVersion, newVersion, modifications });
    querySetVersion = newVersion;
    pageId += 1;
    newOnPage = 0;
  };

  const mutate = (path: string, args: object) => {
    post({ type: "Mutation", requestId, udfPath: path, args: [args] });
    requestId += 1;
  };

  const isReady = withinTime((ready) => {
    socket.on("message", (frame: Buffer) => {
      const type = typeOf(frame);
      if (type === "Transition") {
        const isFirstPage = newest === -1;
        newest = readNewMarkers(frame, newest, (marker) => {
          if (!isFirstPage) newOnPage += 1;
          events.onMarker(marker);
        });
        if (dialect.isPaginated && newOnPage >= PAGE_SIZE) shrinkPage();
        if (frame.includes('"QueryFailed"')) events.onRefusal(frame.toString("utf8", 0, 600));
        if (frame.includes('"QueryUpdated"')) ready();
      } else if (type === "MutationResponse") {
        if (!frame.includes('"success":true')) events.onRefusal(frame.toString("utf8", 0, 600));
      } else if (type !== "Ping") {
        events.onLost(frame.toString("utf8", 0, 600));
      }
    });
    socket.on("error", (error) => events.onLost(error.message));
  });
  const endConnection = endQuietly(socket, events);
  await isReady;

  const { heartbeatPath } = dialect;
  let beating: NodeJS.Timeout | undefined;
  const starting = setTimeout(() => {
    if (heartbeatPath === null) return;
    mutate(heartbeatPath, {});
    beating = setInterval(() => mutate(heartbeatPath, {}), HEARTBEAT_MS);
  }, Math.random() * HEARTBEAT_MS);

  return {
    send(marker) {
      const content = { [dialect.contentField]: bodyOf(marker) };
      const author = dialect.hasAuthor
        ? { author: member.author }
        : { clientMessageId: `${member.author}-${marker}` };
      mutate(dialect.sendPath, { ...roomArgs, ...content, ...author });
    },
    close() {
      clearTimeout(starting);
      clearInterval(beating);
      endConnection();
    },
  };
}

function add(queryId: number, { path, args }: QueryCall): object {
  return { type: "Add", queryId, udfPath: path, args: [args] };
}

/** The first 64 bytes of every frame name its type; anything else there is a reason to stop. */
function typeOf(frame: Buffer): string {
  return /"type":"(\w+)"/.exec(frame.toString("latin1", 0, 64))?.[1] ?? "unknown";
}

function endQuietly(socket: WebSocket, events: LoadEvents): () => void {
  let isWanted = false;
  socket.on("close", (code, reason) => {
    if (!isWanted) events.onLost(`closed ${code} ${reason.toString("utf8").slice(0, 100)}`);
  });
  return () => {
    isWanted = true;
    socket.terminate();
  };
}

function withinTime(begin: (ready: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no first page in time")), CONNECT_MAX_MS);
    begin(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

// What the bench and its load generator, two processes, say to each other.

/** One connected person. */
export interface Member {
  room: string;
  author: string;
  /** The identity token; null where the server knows no identities. */
  token: string | null;
  /** What this person subscribes to besides the messages. */
  otherQueries: QueryCall[];
}

export interface QueryCall {
  path: string;
  args: Record<string, unknown>;
}

/** How to talk to a server: what a message is sent with and which query carries the page. */
export type Dialect =
  | { kind: "ceiling"; url: string }
  | {
      kind: "convex";
      /** The deployment address. */
      url: string;
      sendPath: string;
      listPath: string;
      /** The name of the room in both functions' arguments. */
      roomField: "room" | "conversationId";
      contentField: "body" | "content";
      hasAuthor: boolean;
      isPaginated: boolean;
      /** Sent by everybody every 30 s, spread evenly; null for none. */
      heartbeatPath: string | null;
    };

export type LoadRequest =
  | { type: "connect"; dialect: Dialect; members: Member[] }
  | { type: "measure"; rate: number; seconds: number }
  /** So many messages, so many of them under way at any time. */
  | { type: "loop"; messages: number; underWay: number }
  /** Everybody's connection ends, and all come back at the same moment. */
  | { type: "burst" }
  | { type: "disconnect" };

export interface Measurement {
  rate: number;
  sent: number;
  deliveries: number;
  /** Messages that at least one member did not get. */
  missing: number;
  refused: number;
  firstRefusal: string | null;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** How long clients that come back at once take until each has the newest page of its room. */
export interface Burst {
  clients: number;
  p50Ms: number;
  p99Ms: number;
  /** Clients whose first page lacked the newest message, or who could not come back. */
  inconsistent: number;
}

export type LoadAnswer =
  | { type: "connected"; elapsedMs: number }
  | { type: "measured"; measurement: Measurement }
  /** Whether every message has reached everybody. */
  | { type: "looped"; isComplete: boolean }
  | { type: "returned"; burst: Burst }
  | { type: "disconnected" }
  | { type: "failed"; reason: string };

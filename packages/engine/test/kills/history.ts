/**
 * What clients did and saw, in the order in which it happened. The wire's timestamps are decimal
 * strings, because JSON has no integers of that size.
 */
export type HistoryEvent =
  | Invoked
  /** Answered, and its transition seen. */
  | { kind: "ok"; messageId: string; position: number; ts: string }
  /** Refused with an error: nothing of it may be there. */
  | { kind: "failed"; messageId: string; error: string }
  | Saw
  /** A reader that saw an error where there should have been a result. */
  | { kind: "readFailed"; reader: string; error: string };

/** A message was handed to the client, for the first time or, after its process was killed, again. */
export interface Invoked {
  kind: "invoke";
  room: string;
  author: string;
  sequence: number;
  messageId: string;
  asks: "nothing" | "mutation" | "action";
  /** The newest timestamp that any client had seen by then. */
  seenTs: string;
}

/** One result of a subscription; of its messages only those that were not seen at their place before. */
export interface Saw {
  kind: "saw";
  reader: string;
  room: string;
  count: number;
  /** The greatest position in it, 0 without messages. */
  top: number;
  messages: Array<{ position: number; messageId: string }>;
}

/** What the store holds when everything has come to rest. */
export interface FinalState {
  rooms: Array<{ name: string; count: number }>;
  messages: Array<{
    room: string;
    author: string;
    sequence: number;
    messageId: string;
    position: number;
  }>;
  effects: Array<{ kind: string; messageId: string }>;
  jobs: Array<{ name: string; messageId: string; state: string }>;
}

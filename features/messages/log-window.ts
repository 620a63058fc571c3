/**
 * Which part of a conversation is loaded: the live tail, which the server keeps current, and above it
 * stretches of older messages, each starting exactly where its neighbour ends.
 *
 * Messages keep their place for good, and their numbers have no gaps; so a stretch never shifts, and
 * whether two parts touch can be told from their numbers. A window may also stand far away from the
 * tail, as after a jump; once its last stretch reaches the tail, the two are one log.
 */

/** The bounds are moments in the conversation; no message is sent exactly at one it does not name. */
export type Stretch = {
  after?: number;
  before?: number;
  /** At which end it begins; the other end is where its items run out. */
  from: "after" | "before";
};

export type Placed = { seq: number; sentAt: number };

export const STRETCH_ITEMS = 100;
/** When more is loaded, the far end is let go: what one can scroll to in a moment, and no more. */
export const WINDOW_ITEMS_MAX = 1_200;

export function stretchKey({ after, before, from }: Stretch): string {
  return `${from} ${after ?? ""} ${before ?? ""}`;
}

/** The window on both sides of a moment; a message that was sent then is in it. */
export function windowAround(sentAt: number): Stretch[] {
  // Times of messages are whole and differ by at least one, so this moment is nobody's.
  const cut = Math.floor(sentAt) + 0.5;
  return [
    { before: cut, from: "before" },
    { after: cut, from: "after" },
  ];
}

export type LoadedWindow<M extends Placed> = {
  /** Oldest first, without gaps. */
  messages: M[];
  hasOlder: boolean;
  isLoadingOlder: boolean;
  isLoadingNewer: boolean;
  /** Ends with the newest message there is. */
  isAtTail: boolean;
};

/**
 * Puts what has been loaded together.
 *
 * @param loaded The messages of each stretch, oldest first; `undefined` while it is loading.
 * @param tail The newest messages, oldest first.
 */
export function joinWindow<M extends Placed>(
  loaded: readonly (readonly M[] | undefined)[],
  tail: readonly M[],
): LoadedWindow<M> {
  const first = loaded.findIndex((part) => part !== undefined);
  const last = loaded.findLastIndex((part) => part !== undefined);
  const messages: M[] = [];
  for (const part of loaded.slice(Math.max(first, 0), last + 1)) messages.push(...(part ?? []));
  const isLoadingNewer = last < loaded.length - 1 && loaded.length > 1;
  const newestSeq = messages[messages.length - 1]?.seq;
  const oldestOfTail = tail[0]?.seq ?? 0;
  const isAtTail = newestSeq === undefined || newestSeq + 1 >= oldestOfTail;
  if (isAtTail) {
    for (const message of tail) {
      if (newestSeq === undefined || message.seq > newestSeq) messages.push(message);
    }
  }
  return {
    messages,
    hasOlder: (messages[0]?.seq ?? 1) > 1,
    isLoadingOlder: loaded.length > 0 && first !== 0,
    isLoadingNewer: isLoadingNewer && !isAtTail,
    isAtTail,
  };
}

/** The window with one more stretch of older messages; its newest ones are let go when it is full. */
export function extendOlder<M extends Placed>(
  stretches: readonly Stretch[],
  counts: readonly number[],
  oldest: M,
): Stretch[] {
  let total = sum(counts);
  let kept = stretches.length;
  while (kept > 1 && total > WINDOW_ITEMS_MAX) total -= counts[--kept] ?? 0;
  return [{ before: oldest.sentAt, from: "before" }, ...stretches.slice(0, kept)];
}

/** The window with one more stretch of newer messages, up to the tail; its oldest ones go when it is full. */
export function extendNewer<M extends Placed>(
  stretches: readonly Stretch[],
  counts: readonly number[],
  newest: M,
  oldestOfTail: M,
): Stretch[] {
  let total = sum(counts);
  let dropped = 0;
  while (dropped < stretches.length - 1 && total > WINDOW_ITEMS_MAX) {
    total -= counts[dropped++] ?? 0;
  }
  const next: Stretch = { after: newest.sentAt, before: oldestOfTail.sentAt, from: "after" };
  return [...stretches.slice(dropped), next];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

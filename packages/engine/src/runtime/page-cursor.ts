/**
 * A place in a query's order: after an index key, after so many results of a search, or at the end.
 */
export type Position =
  | { kind: "after"; key: string }
  | { kind: "rank"; count: number }
  | { kind: "end" };

/**
 * Cursors are opaque to clients: which query, then which place. A made-up one is harmless: what it
 * names is held inside the query's own range.
 */
export function encodeCursor(position: Position, fingerprint: string): string {
  return `${fingerprint}.${encodePlace(position)}`;
}

/** @throws InvalidCursorError for a cursor of another query, and for what is none. */
export function decodeCursor(cursor: string, fingerprint: string): Position {
  const dot = cursor.indexOf(".");
  const place = cursor.slice(dot + 1);
  if (dot < 0 || cursor.slice(0, dot) !== fingerprint) throw new InvalidCursorError();
  if (place === "end") return { kind: "end" };
  if (/^r\d{1,6}$/.test(place)) return { kind: "rank", count: Number(place.slice(1)) };
  if (!place.startsWith("k")) throw new InvalidCursorError();
  return { kind: "after", key: Buffer.from(place.slice(1), "base64url").toString("latin1") };
}

function encodePlace(position: Position): string {
  switch (position.kind) {
    case "after":
      return `k${Buffer.from(position.key, "latin1").toString("base64url")}`;
    case "rank":
      return `r${position.count}`;
    case "end":
      return "end";
    default:
      return position satisfies never;
  }
}

/** The stock client recognises this data and starts its pagination anew. */
export class InvalidCursorError extends Error {
  readonly data = { isConvexSystemError: true, paginationError: "InvalidCursor" };

  constructor() {
    super(
      "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
    );
  }
}

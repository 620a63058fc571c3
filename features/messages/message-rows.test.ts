import { describe, expect, it } from "vitest";
import type { OutboxItem } from "../outbox/outbox";
import { type ChatMessage, isSameMessage, mergeMessages, type ServerMessage } from "./chat-message";
import { findUnreadMark, keepRows, layOutRows, stepRows } from "./message-rows";

const NOON = new Date(2026, 10, 22, 12).getTime();
const MINUTE = 60_000;

function stored(seq: number, senderId: string, minute: number, more: Partial<ServerMessage> = {}) {
  return {
    _id: `m${seq}`,
    senderId,
    content: `text ${seq}`,
    sentAt: NOON + minute * MINUTE,
    seq,
    isDeleted: false,
    reactions: [],
    ...more,
  } satisfies ServerMessage;
}

const waiting = (clientMessageId: string, createdAt: number): OutboxItem => ({
  clientMessageId,
  conversationId: "c",
  content: clientMessageId,
  createdAt,
  state: { kind: "sending" },
});

const oldestFirst = (...messages: ServerMessage[]): ChatMessage[] =>
  mergeMessages(messages, [], "me");

const ALONE = { unread: null, hasOlder: false };

/** The rows as a short text: `day`, `unread:2`, `[ada m1` where a group starts, `m2]` where it ends. */
function sketch(
  messages: ChatMessage[],
  unread = findUnreadMark(messages, "me", 1e9),
  hasOlder = false,
): string {
  return layOutRows(messages, { unread, hasOlder })
    .map(({ startsDay, unreadFrom, startsGroup, endsGroup, message }) => {
      const above = `${startsDay ? "day " : ""}${unreadFrom > 0 ? `unread:${unreadFrom} ` : ""}`;
      return `${above}${startsGroup ? `[${message.senderId} ` : ""}${message.key}${endsGroup ? "]" : ""}`;
    })
    .join(" ");
}

describe("layOutRows", () => {
  it("groups one author's messages of five minutes", () => {
    const messages = oldestFirst(
      stored(1, "ada", 0),
      stored(2, "ada", 4),
      stored(3, "ada", 9),
      stored(4, "me", 9.5),
      stored(5, "ada", 10),
    );
    expect(sketch(messages)).toBe("day [ada m1 m2] [ada m3] [me m4] [ada m5]");
  });

  it("a new day and the unread divider break a group", () => {
    const midnight = 12 * 60;
    const messages = oldestFirst(
      stored(1, "ada", midnight - 1),
      stored(2, "ada", midnight + 1),
      stored(3, "ada", midnight + 2),
    );
    expect(sketch(messages)).toBe("day [ada m1] day [ada m2 m3]");
    expect(sketch(messages, findUnreadMark(messages, "me", 2))).toBe(
      "day [ada m1] day [ada m2] unread:1 [ada m3]",
    );
  });

  it("shows each row as it stays when older ones come in", () => {
    const page = [stored(5, "ada", 5), stored(6, "ada", 6), stored(7, "bo", 7)];
    const older = [stored(3, "bo", 3), stored(4, "ada", 4)];
    expect(sketch(oldestFirst(...page), null, true)).toBe("m6] [bo m7]");
    expect(sketch(oldestFirst(...older, ...page), null, true)).toBe("[ada m4 m5 m6] [bo m7]");
    const nextDay = stored(8, "bo", 24 * 60);
    expect(sketch(oldestFirst(stored(7, "bo", 7), nextDay), null, true)).toBe("day [bo m8]");
    // A message alone is better than nothing.
    expect(sketch(oldestFirst(stored(5, "ada", 5)), null, true)).toBe("day [ada m5]");
  });

  it("keeps every row that looks as before, and only those", () => {
    const page = [stored(1, "ada", 0), stored(2, "ada", 1), stored(3, "bo", 2)];
    const before = layOutRows(oldestFirst(...page), ALONE);
    const changed = [stored(0, "bo", -1), page[0]!, { ...page[1]!, content: "edited" }, page[2]!];
    const next = [...changed, stored(4, "bo", 3)];
    const kept = keepRows(before, layOutRows(oldestFirst(...structuredClone(next)), ALONE));
    // m1 no longer starts the day, m2 was edited, and m3 no longer ends its group.
    expect(kept.map((row) => `${row.key} ${before.includes(row)}`)).toEqual([
      "m0 false",
      "m1 false",
      "m2 false",
      "m3 false",
      "m4 false",
    ]);
    expect(kept).toEqual(layOutRows(oldestFirst(...next), ALONE));
  });

  it("has no rows without messages", () => {
    expect(layOutRows([], ALONE)).toEqual([]);
  });
});

describe("stepRows", () => {
  const rowsOf = (...seqs: number[]) =>
    layOutRows(oldestFirst(...seqs.map((seq) => stored(seq, "ada", seq))), ALONE);
  const step = (shown: number[], next: number[]) => {
    const { rows, ...rest } = stepRows(rowsOf(...shown), rowsOf(...next));
    return { rows: rows.map(({ message }) => message.seq), ...rest };
  };
  it("tells what came in above from what came in below", () => {
    expect(step([], [4, 5])).toEqual({ rows: [4, 5], isShift: false, isWhole: true });
    expect(step([4, 5], [4, 5, 6])).toEqual({ rows: [4, 5, 6], isShift: false, isWhole: true });
    expect(step([4, 5], [2, 3, 4, 5])).toEqual({
      rows: [2, 3, 4, 5],
      isShift: true,
      isWhole: true,
    });
  });
  it("lets go above, and takes one end after the other", () => {
    expect(step([2, 3, 4, 5], [4, 5])).toEqual({ rows: [4, 5], isShift: true, isWhole: true });
    expect(step([4, 5], [3, 4, 5, 6])).toEqual({ rows: [3, 4, 5], isShift: true, isWhole: false });
    expect(step([3, 4, 5], [3, 4, 5, 6]).isShift).toBe(false);
  });
  it("is another log when nothing of it stays", () => {
    expect(step([4, 5], [9, 10])).toEqual({ rows: [9, 10], isShift: false, isWhole: true });
  });
});

describe("findUnreadMark", () => {
  const messages = oldestFirst(
    stored(1, "ada", 0),
    stored(2, "me", 1),
    stored(3, "ada", 2, { isDeleted: true, content: "" }),
    stored(4, "ada", 3),
    stored(5, "bo", 4),
  );
  it("stands before the first unread message and does not count deleted ones", () => {
    expect(findUnreadMark(messages, "me", 2)).toEqual({ beforeKey: "m4", count: 2 });
    expect(findUnreadMark(messages, "me", 4)).toEqual({ beforeKey: "m5", count: 1 });
  });
  it("does not reach above an own message", () => {
    expect(findUnreadMark(messages, "me", 0)).toEqual({ beforeKey: "m4", count: 2 });
    expect(findUnreadMark([...messages, ...oldestFirst(stored(6, "me", 5))], "me", 0)).toBeNull();
  });
  it("is absent when all is read", () => {
    expect(findUnreadMark(messages, "me", 5)).toBeNull();
    expect(findUnreadMark([], "me", 0)).toBeNull();
  });
});

describe("mergeMessages", () => {
  it("shows what is on its way after what is stored, and each message once", () => {
    const page = [
      stored(1, "ada", 1, { clientMessageId: "y" }),
      stored(2, "me", 2, { clientMessageId: "x" }),
    ];
    const merged = mergeMessages(page, [waiting("x", 5), waiting("y", 6), waiting("z", 7)], "me");
    expect(merged.map(({ key, id, delivery }) => [key, id, delivery.kind])).toEqual([
      ["m1", "m1", "stored"],
      ["x", "m2", "stored"],
      // Somebody else's client number says nothing about ours.
      ["y", null, "sending"],
      ["z", null, "sending"],
    ]);
  });

  it("carries the reason of a failure", () => {
    const failed: OutboxItem = {
      ...waiting("x", 5),
      state: { kind: "failed", reason: "Too long" },
    };
    expect(mergeMessages([], [failed], "me")[0]?.delivery).toEqual({
      kind: "failed",
      reason: "Too long",
    });
  });

  it("the same page again is the same to the screen, a change is not", () => {
    const reactions = [{ emoji: "👍", userId: "ada" }];
    const [before] = oldestFirst(stored(1, "ada", 0, { reactions }));
    const [again] = oldestFirst(stored(1, "ada", 0, { reactions: structuredClone(reactions) }));
    const [reacted] = oldestFirst(
      stored(1, "ada", 0, { reactions: [...reactions, { emoji: "👍", userId: "bo" }] }),
    );
    const [edited] = oldestFirst(stored(1, "ada", 0, { reactions, editedAt: 5 }));
    expect(isSameMessage(before!, again!)).toBe(true);
    expect(isSameMessage(before!, reacted!)).toBe(false);
    expect(isSameMessage(before!, edited!)).toBe(false);
  });
});

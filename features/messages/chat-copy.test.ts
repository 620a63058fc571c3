import { describe, expect, it } from "vitest";
import { olderInCopy, touches, withoutIds } from "./chat-copy";
import { mergeMessages, type ServerMessage } from "./chat-message";

/** The messages with the numbers from `first` to `last`. */
function messages(first: number, last: number): ServerMessage[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const seq = first + index;
    const facts = { senderId: "bo", content: "", isDeleted: false, reactions: [] };
    return { ...facts, _id: `m${seq}`, seq, sentAt: seq * 1_000 };
  });
}

const seqs = (all: readonly ServerMessage[]) => all.map(({ seq }) => seq);

describe("a copy and what is loaded", () => {
  it.each([
    ["overlap", [1, 10], [8, 12], [1, 2, 3, 4, 5, 6, 7], true],
    ["stand side by side", [1, 3], [4, 6], [1, 2, 3], true],
    ["leave a gap", [1, 3], [5, 9], [], false],
    ["are the same", [4, 6], [4, 6], [], true],
    ["are the same as far as the copy goes", [4, 6], [1, 9], [], true],
  ])("%s", (_, [a = 0, b = 0], [c = 0, d = 0], older, doTouch) => {
    expect(seqs(olderInCopy(messages(a, b), messages(c, d)))).toEqual(older);
    expect(touches(messages(a, b), messages(c, d))).toBe(doTouch);
  });

  it("of an empty chat touch the first message, and nothing later", () => {
    expect(touches([], messages(1, 3))).toBe(true);
    expect(touches([], messages(2, 3))).toBe(false);
    expect(olderInCopy([], messages(1, 3))).toEqual([]);
  });
});

describe("withoutIds", () => {
  it("leaves nothing by which a mutation could name a message", () => {
    const shown = withoutIds(mergeMessages(messages(1, 2), [], "ada"));
    expect(shown.map(({ id, key, seq }) => ({ id, key, seq }))).toEqual([
      { id: null, key: "m1", seq: 1 },
      { id: null, key: "m2", seq: 2 },
    ]);
  });
});

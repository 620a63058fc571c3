import { expect, it } from "vitest";
import type { FinalState, HistoryEvent, Invoked } from "./history.ts";
import { checkHistory } from "./history-checker.ts";

/** Two writers, three messages, one reader: what a sound run looks like. */
function soundRun(): { history: HistoryEvent[]; final: FinalState } {
  const invoke = (messageId: string, asks: Invoked["asks"], seenTs: string): HistoryEvent => ({
    kind: "invoke",
    room: "north",
    author: messageId.split("/")[0]!,
    sequence: Number(messageId.split("/")[1]),
    messageId,
    asks,
    seenTs,
  });
  const saw = (count: number, ...messageIds: string[]): HistoryEvent => ({
    kind: "saw",
    reader: "reader 0",
    room: "north",
    count,
    top: count,
    messages: messageIds.map((messageId, n) => ({ position: count - n, messageId })),
  });
  const stored = (messageId: string, position: number) => ({
    room: "north",
    author: messageId.split("/")[0]!,
    sequence: Number(messageId.split("/")[1]),
    messageId,
    position,
  });
  return {
    history: [
      invoke("a/0", "mutation", "0"),
      { kind: "ok", messageId: "a/0", position: 1, ts: "10" },
      saw(1, "a/0"),
      invoke("b/0", "nothing", "10"),
      invoke("a/1", "action", "10"),
      { kind: "ok", messageId: "a/1", position: 3, ts: "30" },
      saw(3, "a/1", "b/0"),
    ],
    final: {
      rooms: [{ name: "north", count: 3 }],
      messages: [stored("a/0", 1), stored("b/0", 2), stored("a/1", 3)],
      effects: [
        { kind: "mutation", messageId: "a/0" },
        { kind: "action began", messageId: "a/1" },
      ],
      jobs: [
        { name: "rooms:leaveEffect", messageId: "a/0", state: "success" },
        { name: "rooms:act", messageId: "a/1", state: "failed" },
      ],
    },
  };
}

it("[ST1] a sound history has no violations", () => {
  const { history, final } = soundRun();
  expect(checkHistory(history, final)).toEqual([]);
});

it.each<[string, (run: ReturnType<typeof soundRun>) => void]>([
  ["I1", ({ final }) => final.messages.splice(2, 1)],
  ["I1", ({ final }) => final.messages.push({ ...final.messages[0]!, position: 4 })],
  ["I1", ({ history }) => history.push({ kind: "failed", messageId: "b/0", error: "no" })],
  ["I2", ({ final }) => final.messages.push({ ...final.messages[1]!, position: 4 })],
  ["I2", ({ final }) => final.messages.push({ ...final.messages[0]!, messageId: "c/0" })],
  ["I3", ({ history }) => history.unshift(...history.splice(4, 1))],
  ["I4", ({ final }) => (final.messages[1]!.messageId = "b/9")],
  ["I4", ({ history }) => history.push({ ...(history[2] as HistoryEvent) })],
  ["I4", ({ history }) => history.push({ kind: "readFailed", reader: "r", error: "no" })],
  ["I5", ({ final }) => (final.rooms[0]!.count = 2)],
  ["I5", ({ history }) => Object.assign(history[2]!, { count: 2 })],
  ["I5", ({ final }) => (final.messages[2]!.position = 4)],
  ["I6", ({ history }) => Object.assign(history[5]!, { ts: "10" })],
  ["I6", ({ history }) => Object.assign(history[4]!, { seenTs: "30" })],
  ["I8", ({ final }) => final.effects.push({ kind: "mutation", messageId: "a/0" })],
  ["I8", ({ final }) => final.effects.splice(0, 1)],
  ["I8", ({ final }) => final.effects.push({ kind: "action began", messageId: "a/1" })],
  ["I8", ({ final }) => final.jobs.splice(0, 1)],
  ["I8", ({ final }) => (final.jobs[0]!.state = "pending")],
  ["I8", ({ final }) => (final.jobs[1]!.state = "success")],
])("[ST1] the checker finds a violation of %s (case %#)", (letter, damage) => {
  const run = soundRun();
  damage(run);
  const letters = checkHistory(run.history, run.final).map((violation) => violation.slice(0, 2));
  expect(letters).toContain(letter);
});

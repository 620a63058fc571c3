import { expect, it } from "vitest";
import { PendingDeletions, UNDO_WITHIN_MS } from "./pending-deletions";

function open() {
  const waiting = new Set<() => void>();
  const deleted: string[] = [];
  const deletions = new PendingDeletions((ms, callback) => {
    expect(ms).toBe(UNDO_WITHIN_MS);
    waiting.add(callback);
    return () => waiting.delete(callback);
  });
  const remove = (conversationId: string, ...ids: string[]) =>
    deletions.add({
      conversationId,
      messageIds: new Set(ids),
      commit: () => deleted.push(...ids),
    });
  return { deletions, deleted, waiting, remove };
}

it("deletes when the time to take it back is over, once", () => {
  const { deletions, deleted, waiting, remove } = open();
  remove("c", "a", "b");
  expect([[...deletions.of("c")], [...deletions.of("d")], deleted]).toEqual([["a", "b"], [], []]);
  for (const callback of [...waiting]) callback();
  deletions.commit();
  expect([[...deletions.of("c")], deleted]).toEqual([[], ["a", "b"]]);
});

it("deletes nothing that was taken back", () => {
  const { deletions, deleted, waiting, remove } = open();
  remove("c", "a");
  deletions.undo();
  expect([[...deletions.of("c")], waiting.size]).toEqual([[], 0]);
  deletions.commit();
  expect(deleted).toEqual([]);
});

it("offers one way back: the next deletion sends the one before", () => {
  const { deletions, deleted, waiting, remove } = open();
  remove("c", "a");
  remove("d", "b");
  expect([deleted, waiting.size]).toEqual([["a"], 1]);
  deletions.undo();
  expect(deleted).toEqual(["a"]);
});

import { expect, it } from "vitest";
import { KeptEdits } from "./kept-edits";
import { memoryStorage } from "./memory-storage";

const first = { messageId: "m1", content: "better", original: null };

it("hands what a page has not brought to the server to the next one, and only there", () => {
  const storage = memoryStorage();
  const page = new KeptEdits(storage);
  page.keep("ada", "c", first);
  expect(page.orphans("ada", "c")).toEqual([]);
  const next = new KeptEdits(storage);
  expect(next.orphans("ada", "c")).toEqual([first]);
  expect(next.orphans("ada", "d")).toEqual([]);
  expect(next.orphans("bo", "c")).toEqual([]);
  next.release("ada", "c", first);
  expect(storage.map.size).toBe(0);
});

it("keeps the newest of a message, whatever is answered first", () => {
  const storage = memoryStorage();
  const page = new KeptEdits(storage);
  const second = { ...first, content: "best" };
  page.keep("ada", "c", first);
  page.keep("ada", "c", second);
  page.release("ada", "c", first);
  expect(page.orphans("ada", "c")).toEqual([]);
  expect(new KeptEdits(storage).orphans("ada", "c")).toEqual([second]);
});

it("keeps a begun edit, and giving it up leaves alone what is on its way", () => {
  const storage = memoryStorage();
  const page = new KeptEdits(storage);
  const begun = { messageId: "m2", content: "half a", original: "a" };
  page.keep("ada", "c", first);
  page.note("ada", "c", { ...begun, content: "half" });
  page.note("ada", "c", begun);
  expect(page.orphans("ada", "c")).toEqual([begun]);
  expect(new KeptEdits(storage).orphans("ada", "c")).toEqual([first, begun]);
  page.drop("ada", "c", begun.messageId);
  page.drop("ada", "c", first.messageId);
  expect(new KeptEdits(storage).orphans("ada", "c")).toEqual([first]);
});

it("leaves nothing of somebody who signs out, and everything of others", () => {
  const storage = memoryStorage();
  const page = new KeptEdits(storage);
  page.keep("ada", "c", first);
  page.keep("adam", "c", first);
  page.clear("ada", [...storage.map.keys()]);
  const next = new KeptEdits(storage);
  expect(next.orphans("ada", "c")).toEqual([]);
  expect(next.orphans("adam", "c")).toEqual([first]);
});

it("takes only what is an edit from a storage where anything may stand", () => {
  const storage = memoryStorage();
  storage.map.set('parley:edits:["ada","c"]', JSON.stringify([null, { messageId: 1 }, first]));
  storage.map.set('parley:edits:["ada","d"]', "{");
  expect(new KeptEdits(storage).orphans("ada", "c")).toEqual([first]);
  expect(new KeptEdits(storage).orphans("ada", "d")).toEqual([]);
});

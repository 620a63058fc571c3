import { expect, it } from "vitest";
import { KeptEdits } from "./kept-edits";

function memory() {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}
const first = { messageId: "m1", content: "better" };

it("hands what a page has not brought to the server to the next one, and only there", () => {
  const storage = memory();
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
  const storage = memory();
  const page = new KeptEdits(storage);
  const second = { ...first, content: "best" };
  page.keep("ada", "c", first);
  page.keep("ada", "c", second);
  page.release("ada", "c", first);
  expect(page.orphans("ada", "c")).toEqual([]);
  expect(new KeptEdits(storage).orphans("ada", "c")).toEqual([second]);
});

it("leaves nothing of somebody who signs out, and everything of others", () => {
  const storage = memory();
  const page = new KeptEdits(storage);
  page.keep("ada", "c", first);
  page.keep("adam", "c", first);
  page.clear("ada", [...storage.map.keys()]);
  const next = new KeptEdits(storage);
  expect(next.orphans("ada", "c")).toEqual([]);
  expect(next.orphans("adam", "c")).toEqual([first]);
});

it("takes only what is an edit from a storage where anything may stand", () => {
  const storage = memory();
  storage.map.set('parley:edits:["ada","c"]', JSON.stringify([null, { messageId: 1 }, first]));
  storage.map.set('parley:edits:["ada","d"]', "{");
  expect(new KeptEdits(storage).orphans("ada", "c")).toEqual([first]);
  expect(new KeptEdits(storage).orphans("ada", "d")).toEqual([]);
});

import { expect, test } from "vitest";
import { bodyOf, readNewMarkers } from "./marker";

function page(...markers: number[]): Buffer {
  return Buffer.from(JSON.stringify({ page: markers.map((marker) => ({ body: bodyOf(marker) })) }));
}

test("a body has 200 bytes and its preview no number", () => {
  expect(Buffer.byteLength(bodyOf(7))).toBe(200);
  expect(bodyOf(7).slice(0, 120)).not.toContain("~#");
});

test("only what is new is reported, newest first, over any number of pages", () => {
  const seen: number[] = [];
  let newest = -1;
  for (const frame of [page(), page(2, 1), page(2, 1), page(5, 4, 2, 1), page(9, 8, 7)]) {
    newest = readNewMarkers(frame, newest, (marker) => seen.push(marker));
  }
  expect(seen).toEqual([2, 1, 5, 4, 9, 8, 7]);
  expect(newest).toBe(9);
});

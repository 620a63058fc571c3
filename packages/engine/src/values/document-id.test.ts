import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeDocumentId, encodeDocumentId } from "./document-id.ts";

const tableNumber = fc.oneof(
  fc.integer({ min: 1, max: 20_000 }),
  fc.integer({ min: 1, max: 0xffff_ffff }),
);
const internalId = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("document ids", () => {
  test("[VA6] an id gives back its table and its bytes", () => {
    fc.assert(
      fc.property(tableNumber, internalId, (table, bytes) => {
        const id = encodeDocumentId(table, bytes);
        expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{31,37}$/);
        const decoded = decodeDocumentId(id);
        expect(decoded?.tableNumber).toBe(table);
        expect([...(decoded?.internalId ?? [])]).toEqual([...bytes]);
      }),
      { numRuns: 2000 },
    );
  });

  test("[VA6] ids of hosted Convex are read: layout and checksum are the same", () => {
    const hosted = [
      "j974d7asc3bskt14cdn668b2tn7me5mz",
      "j97akr3qgbrsjz7sc33y169wh56netq0",
      "j972ajnekav8bwydghyr65ajex6nf604",
      "j970zbrvzqqb7854m37n3bfa5n70cwwm",
      "j57cbywe1te7fvzf26g0x3ftsd7vagd2",
    ];
    expect(hosted.map((id) => decodeDocumentId(id)?.tableNumber)).toEqual([
      10002, 10002, 10002, 10002, 10001,
    ]);
    for (const id of hosted) {
      const parts = decodeDocumentId(id)!;
      expect(encodeDocumentId(parts.tableNumber, parts.internalId)).toBe(id);
    }
  });

  test.each([
    [1, 31],
    [127, 31],
    [128, 32],
    [10_001, 32],
    [16_384, 34],
    [0xffff_ffff, 37],
  ])("[VA6] table %i has ids of %i characters", (table, length) => {
    expect(encodeDocumentId(table, new Uint8Array(16)).length).toBe(length);
  });

  test("[VA7] a text has at most one reading: whatever decodes, encodes to itself", () => {
    const base32 = fc.string({
      unit: fc.constantFrom(..."0123456789abcdefghjkmnpqrstvwxyz"),
      minLength: 31,
      maxLength: 37,
    });
    const damaged = fc
      .tuple(tableNumber, internalId, fc.nat(40), fc.constantFrom(..."0z1iL😀"))
      .map(([table, bytes, at, character]) => {
        const id = encodeDocumentId(table, bytes);
        return id.slice(0, at) + character + id.slice(at + 1);
      });
    fc.assert(
      fc.property(fc.oneof(base32, damaged, fc.string()), (text) => {
        const decoded = decodeDocumentId(text);
        if (decoded === null) return;
        expect(encodeDocumentId(decoded.tableNumber, decoded.internalId)).toBe(text);
      }),
      { numRuns: 4000 },
    );
  });

  const id = encodeDocumentId(10_001, new Uint8Array(16).fill(7));
  test.each([
    ["nothing", ""],
    ["upper case", id.toUpperCase()],
    ["one character more", `${id}0`],
    ["one character less", id.slice(0, -1)],
    ["a changed character", `${id.slice(0, 10)}${id[10] === "0" ? "1" : "0"}${id.slice(11)}`],
    ["a letter outside the alphabet", `${id.slice(0, 10)}u${id.slice(11)}`],
    ["a very long text", "0".repeat(1_000_000)],
  ])("[VA7] refuses %s", (_name, text) => {
    expect(decodeDocumentId(id)).not.toBe(null);
    expect(decodeDocumentId(text)).toBe(null);
  });
});

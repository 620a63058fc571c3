import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryPersistence } from "./memory-persistence.ts";
import type { BaseWrite, Persistence, RequestKey } from "./persistence.ts";
import { openSqlitePersistence } from "./sqlite-persistence.ts";

const BY_ID = 1;
const BY_RANK = 2;

function put(id: string, rank: string, body = `{"id":"${id}"}`): BaseWrite {
  return {
    byIdIndex: BY_ID,
    idKey: id,
    id,
    body,
    removedEntries: [],
    addedEntries: [
      { index: BY_ID, key: id },
      { index: BY_RANK, key: rank },
    ],
  };
}

const batch = (throughTs: bigint, writes: BaseWrite[]) => ({ throughTs, writes, requests: [] });

/** What every implementation promises the store. */
describe.each([
  ["memory", (_dir: string) => openMemoryPersistence()],
  ["SQLite", (dir: string) => openSqlitePersistence(dir)],
])("persistence in %s", (_name, open) => {
  let dir: string;
  let persistence: Persistence;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "parley-persistence-"));
    persistence = open(dir);
  });
  afterEach(() => {
    persistence.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("[ST3] keeps log records in order until the base contains them", () => {
    persistence.appendLog([
      { ts: 5n, body: "five" },
      { ts: 1_800_000_000_000_000_001n, body: "large" },
    ]);
    expect(persistence.readLog()).toEqual([
      { ts: 5n, body: "five" },
      { ts: 1_800_000_000_000_000_001n, body: "large" },
    ]);
    persistence.applyBase(batch(5n, []));
    expect(persistence.readLog().map((record) => record.body)).toEqual(["large"]);
    expect(persistence.readBaseTs()).toBe(5n);
  });

  it("[ST4] scans half-open ranges by unsigned bytes, both ways, up to a limit", () => {
    const keys = ["\x00", "a", "a\x00", "a\xff", "b", "\xff\xff"];
    persistence.applyBase(
      batch(
        1n,
        keys.map((key, place) => put(`d${place}`, key)),
      ),
    );
    const keysOf = (start: string, end: string | null, order: "asc" | "desc", limit = 100) =>
      persistence.scan(BY_RANK, start, end, order, limit).map((row) => row.key);
    expect(keysOf("", null, "asc")).toEqual(keys);
    expect(keysOf("", null, "desc")).toEqual([...keys].reverse());
    expect(keysOf("a", "b", "asc")).toEqual(["a", "a\x00", "a\xff"]);
    expect(keysOf("a", "b", "desc", 2)).toEqual(["a\xff", "a\x00"]);
    expect(keysOf("c", "c", "asc")).toEqual([]);
    expect(keysOf("", "\x00", "asc")).toEqual([]);
    for (const [start, end] of [
      ["", null],
      ["a", "b"],
      ["c", "c"],
      ["", "\x00"],
    ] as const) {
      for (const order of ["asc", "desc"] as const) {
        for (const limit of [2, 100]) {
          const found = persistence.scanKeys(BY_RANK, start, end, order, limit);
          expect(found).toEqual(keysOf(start, end, order, limit));
        }
      }
    }
  });

  it("[ST5] updates in place, moves entries, and forgets what is deleted", () => {
    persistence.applyBase(batch(1n, [put("x", "1"), put("y", "2")]));
    persistence.applyBase(
      batch(2n, [
        {
          ...put("x", "3", '{"moved":true}'),
          removedEntries: [{ index: BY_RANK, key: "1" }],
          addedEntries: [{ index: BY_RANK, key: "3" }],
        },
        {
          ...put("y", "2"),
          body: null,
          removedEntries: [
            { index: BY_ID, key: "y" },
            { index: BY_RANK, key: "2" },
          ],
          addedEntries: [],
        },
      ]),
    );
    const moved = { id: "x", body: '{"moved":true}' };
    expect(persistence.scan(BY_RANK, "", null, "asc", 9)).toEqual([{ key: "3", ...moved }]);
    expect(persistence.get(BY_ID, "x")).toEqual({ key: "x", ...moved });
    expect(persistence.get(BY_ID, "y")).toBeNull();
  });

  it("[ST6] remembers requests by session and number until told to forget them", () => {
    const request = { sessionId: "s", requestId: 3, ts: 9n, wallMs: 1_000, outcome: "{}" };
    persistence.applyBase({ throughTs: 9n, writes: [], requests: [request] });
    expect(persistence.findRequest("s", 3)).toEqual(request);
    expect(persistence.findRequest("s", 4)).toBeNull();
    expect(persistence.lastRequestId("s")).toBe(3);
    expect(persistence.lastRequestId("t")).toBe(-1);
    expect(persistence.forgetRequests(1_001, null, 10)).toBeNull();
    expect(persistence.findRequest("s", 3)).toBeNull();
  });

  it("[ST6] forgets old requests a few at a time, and no others", () => {
    const requests = Array.from({ length: 7 }, (_, n) => ({
      sessionId: n < 4 ? "s" : "t",
      requestId: n,
      ts: 9n,
      wallMs: n % 2 === 0 ? 1_000 : 2_000,
      outcome: "{}",
    }));
    persistence.applyBase({ throughTs: 9n, writes: [], requests });
    const places: Array<RequestKey | null> = [];
    let place: RequestKey | null = null;
    do {
      place = persistence.forgetRequests(1_500, place, 3);
      places.push(place && { sessionId: place.sessionId, requestId: place.requestId });
    } while (place);
    expect(places).toEqual([
      { sessionId: "s", requestId: 2 },
      { sessionId: "t", requestId: 5 },
      null,
    ]);
    const kept = requests.filter((one) => persistence.findRequest(one.sessionId, one.requestId));
    expect(kept.map(({ requestId }) => requestId)).toEqual([1, 3, 5]);
  });

  it("[ST7] adds entries for documents that are there, and drops a whole index", () => {
    persistence.applyBase(batch(1n, [put("x", "1")]));
    persistence.addEntries(7, BY_ID, [
      { key: "k", idKey: "x" },
      { key: "never", idKey: "absent" },
    ]);
    expect(persistence.scan(7, "", null, "asc", 9).map((row) => row.id)).toEqual(["x"]);
    persistence.dropIndex(7);
    expect(persistence.scan(7, "", null, "asc", 9)).toEqual([]);
  });

  it("[ST8] keeps settings", () => {
    expect(persistence.readSetting("a")).toBeNull();
    persistence.writeSetting("a", "1");
    persistence.writeSetting("a", "2");
    expect(persistence.readSetting("a")).toBe("2");
  });
});

describe("SQLite on disk", () => {
  it("[ST9] has everything after closing and opening, and refuses a newer format", () => {
    const dir = mkdtempSync(join(tmpdir(), "parley-persistence-"));
    try {
      const first = openSqlitePersistence(dir);
      first.appendLog([{ ts: 3n, body: "three" }]);
      first.applyBase(batch(2n, [put("x", "1")]));
      first.close();
      const second = openSqlitePersistence(dir);
      expect(second.readLog()).toEqual([{ ts: 3n, body: "three" }]);
      expect(second.get(BY_ID, "x")?.id).toBe("x");
      second.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError } from "../base/engine-error.ts";
import { type Environment, realEnvironment } from "../base/environment.ts";
import { openMemoryPersistence } from "../persistence/memory-persistence.ts";
import type { Persistence } from "../persistence/persistence.ts";
import { parseSchema } from "../schema/schema-definition.ts";
import { encodeDocumentId } from "../values/document-id.ts";
import { encodeIndexKey } from "../values/index-key.ts";
import { type OpenStore, openStore } from "./open-store.ts";
import { StoredDocument } from "./stored-document.ts";
import { Transaction } from "./transaction.ts";

const schema = parseSchema(
  JSON.stringify({
    tables: [
      {
        tableName: "items",
        indexes: [{ indexDescriptor: "by_rank", fields: ["rank"] }],
        searchIndexes: [],
        vectorIndexes: [],
        documentType: null,
      },
    ],
    schemaValidation: false,
  }),
);

/** A world whose time moves only by `advance`, and whose deferred work runs only then. */
function manualEnvironment() {
  let nowMs = 1_000_000;
  const timers: Array<{ atMs: number; callback: () => void }> = [];
  const environment: Environment = {
    ...realEnvironment(() => {}),
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    setTimer: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return { cancel: () => timers.splice(timers.indexOf(timer), 1) };
    },
    defer: (callback) => timers.push({ atMs: nowMs, callback }),
  };
  const advance = (byMs: number) => {
    nowMs += byMs;
    for (;;) {
      const place = timers.findIndex((timer) => timer.atMs <= nowMs);
      if (place < 0) return;
      timers.splice(place, 1)[0]!.callback();
    }
  };
  return { environment, advance };
}

function open(persistence: Persistence, environment: Environment): OpenStore {
  return openStore(persistence, schema, environment, () => {});
}

/** Puts (or with null removes) an item in a commit of its own. */
function write({ store, committer }: OpenStore, item: number, rank: number | null): bigint {
  const table = store.catalog.ensureTable("items");
  const id = encodeDocumentId(table.number, new Uint8Array(16).fill(item));
  const transaction = new Transaction(store, store.headTs);
  const value = { _id: id, _creationTime: item, rank };
  const document = rank === null ? null : new StoredDocument(id, JSON.stringify(value), value);
  transaction.write(table, id, document);
  return committer.stage(transaction.changes(), null);
}

/** The ranks as a scan of the index sees them, as of `ts`. */
function ranksAt({ store }: OpenStore, ts: bigint, order: "asc" | "desc" = "asc"): number[] {
  const index = store.catalog.ensureTable("items").indexes.get("by_rank")!;
  return store
    .scan(index, "", null, order, 50, ts)
    .map(({ document }) => document.value.rank as number);
}

describe("snapshots", () => {
  it("[ST10] show at each timestamp what was there, whatever has moved to the tables since", () => {
    const step = fc.oneof(
      fc.record({ item: fc.nat(6), rank: fc.option(fc.nat(9)) }),
      fc.constant("flush" as const),
      fc.record({ advanceMs: fc.nat(40_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { environment, advance } = manualEnvironment();
        const persistence = openMemoryPersistence();
        const opened = open(persistence, environment);
        const items = new Map<number, number>();
        const expected: Array<{ ts: bigint; ranks: number[] }> = [];
        const ranks = () => [...items.values()].sort((a, b) => a - b);
        for (const step of steps) {
          if (step === "flush") opened.committer.flush();
          else if ("advanceMs" in step) advance(step.advanceMs);
          else {
            if (step.rank === null && !items.has(step.item)) continue;
            if (step.rank === null) items.delete(step.item);
            else items.set(step.item, step.rank);
            expected.push({ ts: write(opened, step.item, step.rank), ranks: ranks() });
          }
          expect(ranksAt(opened, opened.store.headTs)).toEqual(ranks());
        }
        opened.committer.flush();
        for (const { ts, ranks } of expected) {
          if (ts < opened.store.oldestKeptTs) continue;
          expect(ranksAt(opened, ts)).toEqual(ranks);
          expect(ranksAt(opened, ts, "desc")).toEqual([...ranks].reverse());
        }
        const reopened = open(persistence, environment);
        expect(ranksAt(reopened, reopened.store.durableTs)).toEqual(ranks());
      }),
    );
  });

  it("[ST17] look the same in every range, however often it was read before", () => {
    const range = fc.record({
      from: fc.nat(9),
      to: fc.option(fc.nat(9)),
      order: fc.constantFrom("asc" as const, "desc" as const),
      limit: fc.integer({ min: 1, max: 4 }),
    });
    const step = fc.oneof(
      fc.record({ item: fc.nat(6), rank: fc.option(fc.nat(9)) }),
      fc.constantFrom("flush" as const, "refuse" as const),
      fc.record({ advanceMs: fc.nat(40_000) }),
    );
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 6 }),
        fc.array(step, { maxLength: 40 }),
        (ranges, steps) => {
          const { environment, advance } = manualEnvironment();
          const memory = openMemoryPersistence();
          let isFull = false;
          const persistence: Persistence = {
            ...memory,
            appendLog: (records) => {
              if (isFull) throw new EngineError("DiskFull", "The disk is full.");
              memory.appendLog(records);
            },
          };
          const opened = open(persistence, environment);
          const { store } = opened;
          const index = store.catalog.ensureTable("items").indexes.get("by_rank")!;
          let items = new Map<number, number>();
          let durable = new Map<number, number>();
          const rankKey = (rank: number) => encodeIndexKey([rank]);
          const check = (ts: bigint, expected: Map<number, number>) => {
            for (const { from, to, order, limit } of ranges) {
              const end = to === null ? null : rankKey(to);
              const found = store.scan(index, rankKey(from), end, order, limit, ts);
              const all = [...expected.values()]
                .filter((rank) => rank >= from && (to === null || rank < to))
                .sort((a, b) => (order === "asc" ? a - b : b - a));
              expect(found.map(({ document }) => document.value.rank)).toEqual(all.slice(0, limit));
            }
          };
          for (const step of steps) {
            if (step === "flush") {
              opened.committer.flush();
              durable = new Map(items);
            } else if (step === "refuse") {
              const isStaged = store.headTs !== store.durableTs;
              isFull = true;
              if (isStaged) expect(() => opened.committer.flush()).toThrow("The disk is full");
              isFull = false;
              items = new Map(durable);
            } else if ("advanceMs" in step) {
              advance(step.advanceMs);
            } else {
              if (step.rank === null && !items.has(step.item)) continue;
              write(opened, step.item, step.rank);
              if (step.rank === null) items.delete(step.item);
              else items.set(step.item, step.rank);
            }
            check(store.headTs, items);
            check(store.durableTs, durable);
          }
        },
      ),
    );
  });

  it("[ST11] keep a pinned timestamp readable while the tables move on", () => {
    const { environment, advance } = manualEnvironment();
    const opened = open(openMemoryPersistence(), environment);
    const ts = write(opened, 1, 1);
    opened.committer.flush();
    const unpin = opened.store.pin(ts);
    write(opened, 1, 2);
    opened.committer.flush();
    advance(60_000);
    expect(ranksAt(opened, ts)).toEqual([1]);
    expect(opened.store.oldestKeptTs <= ts).toBe(true);
    unpin();
    advance(60_000);
    expect(opened.store.oldestKeptTs > ts).toBe(true);
    expect(ranksAt(opened, opened.store.durableTs)).toEqual([2]);
  });
});

describe("commits", () => {
  it("[ST12] are shown to readers only once durable", () => {
    const { environment } = manualEnvironment();
    const opened = open(openMemoryPersistence(), environment);
    write(opened, 1, 1);
    expect(ranksAt(opened, opened.store.durableTs)).toEqual([]);
    expect(ranksAt(opened, opened.store.headTs)).toEqual([1]);
    opened.committer.flush();
    expect(ranksAt(opened, opened.store.durableTs)).toEqual([1]);
  });

  it("[ST13] of a group that the disk refused never happened, and later ones go on", () => {
    const { environment } = manualEnvironment();
    const memory = openMemoryPersistence();
    let isFull = false;
    const persistence: Persistence = {
      ...memory,
      appendLog: (records) => {
        if (isFull) throw new EngineError("DiskFull", "The disk is full; nothing was written.");
        memory.appendLog(records);
      },
    };
    const opened = open(persistence, environment);
    write(opened, 1, 1);
    opened.committer.flush();
    isFull = true;
    const refusedTs = write(opened, 1, 2);
    write(opened, 2, 5);
    expect(() => opened.committer.flush()).toThrow("The disk is full");
    expect(ranksAt(opened, opened.store.headTs)).toEqual([1]);
    isFull = false;
    const ts = write(opened, 3, 7);
    opened.committer.flush();
    expect(ts > refusedTs).toBe(true);
    expect(ranksAt(opened, opened.store.durableTs)).toEqual([1, 7]);
    const reopened = open(memory, environment);
    expect(ranksAt(reopened, reopened.store.durableTs)).toEqual([1, 7]);
  });

  it("[ST14] have strictly increasing timestamps over clock steps and restarts", () => {
    const { environment, advance } = manualEnvironment();
    const persistence = openMemoryPersistence();
    const first = open(persistence, environment);
    const stamps = [write(first, 1, 1), write(first, 2, 2)];
    first.committer.flush();
    advance(-900_000);
    stamps.push(write(first, 3, 3));
    first.committer.flush();
    const second = open(persistence, environment);
    stamps.push(second.store.durableTs, write(second, 4, 4));
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => (a < b ? -1 : 1)));
  });
});

describe("outcomes of requests", () => {
  it("[ST6] are forgotten after 14 days, while the engine runs", () => {
    const { environment, advance } = manualEnvironment();
    const opened = open(openMemoryPersistence(), environment);
    const { store, committer } = opened;
    committer.stage([], { sessionId: "s", requestId: 1, outcome: "{}" });
    committer.flush();
    const day = 24 * 3600 * 1000;
    advance(13 * day);
    expect(store.findRequest("s", 1)).not.toBeNull();
    advance(1.5 * day);
    write(opened, 1, 1);
    committer.flush();
    advance(60_000);
    expect(store.findRequest("s", 1)).toBeNull();
  });
});

describe("a new index", () => {
  it("[ST15] is built over the rows that are there, and a dropped one is gone", () => {
    const { environment } = manualEnvironment();
    const persistence = openMemoryPersistence();
    const bare = parseSchema('{"tables":[],"schemaValidation":false}');
    const before = openStore(persistence, bare, environment, () => {});
    for (const [item, rank] of [3, 1, 2].entries()) write(before, item, rank);
    before.committer.flush();
    const after = open(persistence, environment);
    expect(ranksAt(after, after.store.durableTs)).toEqual([1, 2, 3]);
    const again = openStore(persistence, bare, environment, () => {});
    expect([...again.store.catalog.ensureTable("items").indexes.keys()]).toEqual([
      "by_id",
      "by_creation_time",
    ]);
  });
});

import { openMemoryPersistence } from "../../src/persistence/memory-persistence.ts";
import type { BaseWrite, Persistence, RequestRecord } from "../../src/persistence/persistence.ts";
import type { Chance } from "./chance.ts";

/** One thing that the store above asks of its disk. */
export type DiskWork = (disk: Persistence) => unknown;

const BY_ID = 1;
const OTHER_INDEXES = [2, 3];
const NEW_INDEX = 4;
const SESSIONS = ["s1", "s2", "s3"];

/**
 * A long and varied use of a data folder, as a store makes it: appends in groups, batches for the
 * tables behind them, settings, new and dropped indexes, checkpoints.
 */
export function drawWork(chance: Chance, count: number): DiskWork[] {
  let ts = 1_000n;
  let appended: bigint[] = [];
  const rows = new Map<string, { key2: string; key3: string }>();
  const works: DiskWork[] = [];
  for (let n = 0; n < count; n++) {
    const roll = chance.int(0, 100);
    if (roll < 62) {
      const records = Array.from({ length: chance.int(1, 5) }, () => {
        ts += BigInt(chance.int(1, 1_000));
        const bytes = chance.oneIn(12) ? chance.int(2_000, 12_000) : chance.int(20, 400);
        return { ts, body: `{"n":${n},"text":"${text(chance, bytes)}"}` };
      });
      appended.push(...records.map((record) => record.ts));
      works.push((disk) => disk.appendLog(records));
    } else if (roll < 84) {
      if (appended.length === 0) continue;
      const taken = chance.int(1, appended.length + 1);
      const throughTs = appended[taken - 1]!;
      appended = appended.slice(taken);
      const writes = drawWrites(chance, rows, n);
      const requests: RequestRecord[] = Array.from({ length: chance.int(0, 4) }, (_, place) => ({
        sessionId: chance.pick(SESSIONS),
        requestId: n * 10 + place,
        ts: throughTs,
        wallMs: n,
        outcome: text(chance, 40),
      }));
      works.push((disk) => disk.applyBase({ throughTs, writes, requests }));
    } else if (roll < 90) {
      const value = text(chance, chance.int(1, 300));
      const name = chance.pick(["catalog", "opened_ts", "note"]);
      works.push((disk) => disk.writeSetting(name, value));
    } else if (roll < 93) {
      works.push((disk) => disk.forgetRequests(n - 60, null, 1_000));
    } else if (roll < 97) {
      works.push((disk) => disk.checkpoint());
    } else {
      const entries = [...rows.keys()].map((idKey) => ({ key: `new ${idKey}`, idKey }));
      works.push((disk) => disk.addEntries(NEW_INDEX, BY_ID, entries.slice(0, 20)));
      works.push((disk) => disk.dropIndex(NEW_INDEX));
    }
  }
  return works;
}

function drawWrites(
  chance: Chance,
  rows: Map<string, { key2: string; key3: string }>,
  n: number,
): BaseWrite[] {
  const touched = new Set<string>();
  return Array.from({ length: chance.int(1, 8) }, (_, place): BaseWrite | null => {
    const isNew = rows.size < 5 || chance.oneIn(2);
    const idKey = isNew ? `id ${n}.${place}` : chance.pick([...rows.keys()]);
    if (touched.has(idKey)) return null;
    touched.add(idKey);
    const before = rows.get(idKey);
    const removed = before
      ? [
          { index: 2, key: before.key2 },
          { index: 3, key: before.key3 },
        ]
      : [];
    if (before && chance.oneIn(4)) {
      rows.delete(idKey);
      removed.push({ index: BY_ID, key: idKey });
      return { ...at(idKey), body: null, removedEntries: removed, addedEntries: [] };
    }
    const after = { key2: `${chance.int(0, 99)} ${idKey}`, key3: `${n} ${idKey}` };
    rows.set(idKey, after);
    const added = [
      { index: 2, key: after.key2 },
      { index: 3, key: after.key3 },
    ];
    if (!before) added.push({ index: BY_ID, key: idKey });
    const body = `{"b":"${text(chance, chance.int(10, 600))}"}`;
    return { ...at(idKey), body, removedEntries: removed, addedEntries: added };
  }).filter((write) => write !== null);
}

function at(idKey: string) {
  return { byIdIndex: BY_ID, idKey, id: `id of ${idKey}` };
}

function text(chance: Chance, length: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzé";
  let drawn = "";
  while (drawn.length < length) drawn += chance.pick([...letters]).repeat(chance.int(1, 9));
  return drawn.slice(0, length);
}

/** Everything that can be read, as one text: equal for disks that nobody can tell apart. */
export function contentsOf(disk: Persistence): string {
  const parts: unknown[] = [String(disk.readBaseTs())];
  for (const name of ["catalog", "opened_ts", "note"]) parts.push(disk.readSetting(name));
  for (const { ts, body } of disk.readLog()) parts.push(String(ts), body);
  for (const index of [BY_ID, ...OTHER_INDEXES, NEW_INDEX]) {
    for (const { key, id, body } of disk.scan(index, "", null, "asc", 100_000)) {
      parts.push(index, key, id, body);
    }
  }
  for (const session of SESSIONS) parts.push(disk.lastRequestId(session));
  return JSON.stringify(parts);
}

/** The contents before the first work, then after each. */
export function contentsAlong(works: readonly DiskWork[]): string[] {
  const twin = openMemoryPersistence();
  const contents = [contentsOf(twin)];
  for (const work of works) {
    work(twin);
    contents.push(contentsOf(twin));
  }
  return contents;
}

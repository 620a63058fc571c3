import { SortedMap } from "../base/sorted-map.ts";
import type { BaseRow, LogRecord, Persistence, RequestKey, RequestRecord } from "./persistence.ts";

interface MemoryRow {
  id: string;
  body: string;
}

/**
 * The same contract without a disk: for tests, and for programs that want nothing kept.
 * It holds the log too, so that the store above takes exactly the path that it takes on disk.
 */
export function openMemoryPersistence(): Persistence {
  const settings = new Map<string, string>();
  let log: LogRecord[] = [];
  let baseTs = 0n;
  const indexes = new Map<number, SortedMap<MemoryRow>>();
  const requests = new Map<string, RequestRecord>();
  const requestKey = (sessionId: string, requestId: number) => `${sessionId} ${requestId}`;

  const indexOf = (number: number): SortedMap<MemoryRow> => {
    let index = indexes.get(number);
    if (!index) {
      index = new SortedMap<MemoryRow>();
      indexes.set(number, index);
    }
    return index;
  };

  return {
    readSetting: (name) => settings.get(name) ?? null,
    writeSetting: (name, value) => {
      settings.set(name, value);
    },
    appendLog: (records) => {
      log.push(...records);
    },
    readLog: () => [...log],
    applyBase: (batch) => {
      for (const write of batch.writes) {
        let row = indexOf(write.byIdIndex).get(write.idKey) ?? null;
        for (const entry of write.removedEntries) indexOf(entry.index).delete(entry.key);
        if (write.body === null) continue;
        if (row) row.body = write.body;
        else row = { id: write.id, body: write.body };
        for (const entry of write.addedEntries) indexOf(entry.index).set(entry.key, row);
      }
      for (const request of batch.requests) {
        requests.set(requestKey(request.sessionId, request.requestId), request);
      }
      log = log.filter((record) => record.ts > batch.throughTs);
      baseTs = batch.throughTs;
    },
    readBaseTs: () => baseTs,
    scan: (number, start, end, order, limit) => {
      const rows: BaseRow[] = [];
      indexOf(number).visit(start, end, order, (key, row) => {
        if (rows.length >= limit) return false;
        rows.push({ key, ...row });
        return true;
      });
      return rows;
    },
    scanKeys: (number, start, end, order, limit) => {
      const keys: string[] = [];
      indexOf(number).visit(start, end, order, (key) => {
        if (keys.length >= limit) return false;
        keys.push(key);
        return true;
      });
      return keys;
    },
    get: (number, key) => {
      const row = indexOf(number).get(key);
      return row ? { key, ...row } : null;
    },
    findRequest: (sessionId, requestId) => requests.get(requestKey(sessionId, requestId)) ?? null,
    lastRequestId: (sessionId) => {
      let last = -1;
      for (const request of requests.values()) {
        if (request.sessionId === sessionId) last = Math.max(last, request.requestId);
      }
      return last;
    },
    forgetRequests: (wallMs, after, limit) => {
      const looked = [...requests.values()]
        .sort(compareRequests)
        .filter((request) => after === null || compareRequests(request, after) > 0)
        .slice(0, limit);
      for (const { sessionId, requestId, wallMs: itsMs } of looked) {
        if (itsMs < wallMs) requests.delete(requestKey(sessionId, requestId));
      }
      return looked.length < limit ? null : looked.at(-1)!;
    },
    addEntries: (number, byIdIndex, entries) => {
      for (const entry of entries) {
        const row = indexOf(byIdIndex).get(entry.idKey);
        if (row) indexOf(number).set(entry.key, row);
      }
    },
    dropIndex: (number) => {
      indexes.delete(number);
    },
    findDamage: () => [],
    checkpoint: () => {},
    close: () => {},
  };
}

function compareRequests(a: RequestKey, b: RequestKey): number {
  if (a.sessionId !== b.sessionId) return a.sessionId < b.sessionId ? -1 : 1;
  return a.requestId - b.requestId;
}

import { type DBSchema, openDB } from "idb";
import type { OutboxItem, OutboxStore } from "./outbox";
import { readQuoted } from "./quoted-message";

const DATABASE = "parley-outbox";
const VERSION = 1;
/** Where the outbox was kept before; what is left there is taken over once. */
const FORMER_PREFIX = "parley:outbox:";

type Row = OutboxItem & { userId: string };

interface OutboxSchema extends DBSchema {
  items: { key: string; value: Row; indexes: { byUser: [string, number] } };
}

/**
 * The outboxes of everybody who uses this browser, in IndexedDB.
 *
 * @throws where the browser has no IndexedDB, or forbids it.
 */
export async function openOutboxDatabase(former: Storage | null): Promise<OutboxStore> {
  const database = await openDB<OutboxSchema>(DATABASE, VERSION, {
    upgrade(db) {
      const items = db.createObjectStore("items", { keyPath: "clientMessageId" });
      items.createIndex("byUser", ["userId", "createdAt"]);
    },
    // A newer page wants another version: it must not wait for this one.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  for (const [key, row] of formerRows(former)) {
    if (row) await database.put("items", row);
    former?.removeItem(key);
  }
  return {
    async load(userId) {
      const range = IDBKeyRange.bound([userId, Number.NEGATIVE_INFINITY], [userId, []]);
      const rows: unknown[] = await database.getAllFromIndex("items", "byUser", range);
      return rows.flatMap((row) => readItem(row) ?? []);
    },
    async put(userId, item) {
      await database.put("items", { ...item, userId });
    },
    async remove(clientMessageId) {
      await database.delete("items", clientMessageId);
    },
  };
}

/** What was kept under the former keys; `null` for what cannot be read. */
function formerRows(former: Storage | null): [key: string, row: Row | null][] {
  const keys = Object.keys(former ?? {}).filter((key) => key.startsWith(FORMER_PREFIX));
  return keys.map((key) => {
    const item = parseItem(former?.getItem(key) ?? "");
    if (item === null || !key.endsWith(`:${item.clientMessageId}`)) return [key, null];
    const userId = key.slice(FORMER_PREFIX.length, -item.clientMessageId.length - 1);
    return [key, { ...item, userId }];
  });
}

function parseItem(text: string): OutboxItem | null {
  try {
    return readItem(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Anything may stand in a browser's storage; only what is exactly an item counts. */
export function readItem(value: unknown): OutboxItem | null {
  if (typeof value !== "object" || value === null) return null;
  const { clientMessageId, conversationId, content, replyTo, createdAt, state } =
    value as Partial<OutboxItem>;
  const isItem =
    typeof clientMessageId === "string" &&
    typeof conversationId === "string" &&
    typeof content === "string" &&
    typeof createdAt === "number" &&
    Number.isFinite(createdAt);
  if (!isItem) return null;
  const isFailed = state?.kind === "failed" && typeof state.reason === "string";
  return {
    clientMessageId,
    conversationId,
    content,
    replyTo: readQuoted(replyTo) ?? undefined,
    createdAt,
    state: isFailed ? { kind: "failed", reason: state.reason } : { kind: "sending" },
  };
}

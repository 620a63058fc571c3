import { type DBSchema, deleteDB, openDB } from "idb";
import { CHATS_MAX, type CopyStore } from "./offline-cache";

const DATABASE = "parley-offline";
const VERSION = 1;
/** Chats, and the few other things that are kept. */
const COPIES_MAX = CHATS_MAX + 20;

type Id = [userId: string, key: string];
/** Apart from the copies, so that which there are is known without reading them. */
type Head = { userId: string; key: string; buildId: string; keptAt: number };

interface OfflineSchema extends DBSchema {
  heads: { key: Id; value: Head };
  copies: { key: Id; value: unknown };
}

let closeOpened: (() => void) | null = null;

/**
 * The copies of one person. Whatever somebody else has left in this browser, or another build of the
 * pages, is deleted first: results may look different there.
 *
 * @throws where the browser has no IndexedDB, or forbids it.
 */
export async function openOfflineDatabase(userId: string, buildId: string): Promise<CopyStore> {
  const database = await openDB<OfflineSchema>(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore("heads", { keyPath: ["userId", "key"] });
      db.createObjectStore("copies");
    },
    // It is about to be deleted, or a newer page wants another version.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  closeOpened = () => database.close();
  const write = () => database.transaction(["heads", "copies"], "readwrite");
  const remove = async (gone: readonly Pick<Head, "userId" | "key">[]) => {
    const transaction = write();
    const ids = gone.map((head): Id => [head.userId, head.key]);
    await Promise.all([
      ...ids.map((id) => transaction.objectStore("heads").delete(id)),
      ...ids.map((id) => transaction.objectStore("copies").delete(id)),
      transaction.done,
    ]);
  };

  const heads = (await database.getAll("heads")).sort((a, b) => b.keptAt - a.keptAt);
  const own = heads.filter((head) => head.userId === userId && head.buildId === buildId);
  const kept = new Set(own.slice(0, COPIES_MAX));
  const strange = heads.filter((head) => !kept.has(head));
  if (strange.length > 0) await remove(strange);

  let lastKeptAt = heads[0]?.keptAt ?? 0;
  return {
    load: (key) => database.get("copies", [userId, key]),
    keys: async () => [...kept].map(({ key }) => key),
    async put(key, value) {
      // Orders what is kept even when the device's clock steps back.
      lastKeptAt = Math.max(lastKeptAt + 1, Date.now());
      const transaction = write();
      await Promise.all([
        transaction.objectStore("heads").put({ userId, key, buildId, keptAt: lastKeptAt }),
        transaction.objectStore("copies").put(value, [userId, key]),
        transaction.done,
      ]);
    },
    remove: (key) => remove([{ userId, key }]),
  };
}

/** Leaves no copy of anybody in this browser. Other tabs that have it open let go of it. */
export async function deleteOfflineDatabase(): Promise<void> {
  closeOpened?.();
  await deleteDB(DATABASE);
}

import type Database from "better-sqlite3";
import type { EventOutbox } from "../event-queue";
import type { IdentityEvent } from "../identity-events";

const WAITING_MAX = 10_000;

/** News wait on the disk where what they tell about is, so that no end of the process loses them. */
export function createEventOutbox(database: Database.Database): EventOutbox {
  database.exec(`CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT`);
  return {
    add(event) {
      const { waiting } = database.prepare("SELECT count(*) AS waiting FROM event").get() as {
        waiting: number;
      };
      if (waiting >= WAITING_MAX) return false;
      database.prepare("INSERT INTO event (body) VALUES (?)").run(JSON.stringify(event));
      return true;
    },
    next(after) {
      const row = database
        .prepare("SELECT id, body FROM event WHERE id > ? ORDER BY id LIMIT 1")
        .get(after) as { id: number; body: string } | undefined;
      return row ? { id: row.id, event: JSON.parse(row.body) as IdentityEvent } : null;
    },
    remove(id) {
      database.prepare("DELETE FROM event WHERE id = ?").run(id);
    },
  };
}

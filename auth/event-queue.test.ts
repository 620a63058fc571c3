import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { createEventOutbox } from "./embedded/event-outbox";
import { createEventQueue } from "./event-queue";
import type { IdentityEvent, PostOutcome } from "./identity-events";

const event = (id: string): IdentityEvent => ({
  type: "user.created",
  user: { id, name: "Ada", email: "ada@example.org", imageUrl: null },
  occurredAt: 1,
});

/** Answers the given outcomes in turn, then takes everything. */
function openQueue(outcomes: PostOutcome[], database = new Database(":memory:")) {
  const posted: string[] = [];
  const waits: number[] = [];
  const logged: string[] = [];
  const outbox = createEventOutbox(database);
  const queue = createEventQueue({
    outbox,
    post: async ({ user }) => {
      posted.push(user.id);
      return outcomes.shift() ?? { kind: "delivered" };
    },
    wait: async (delayMs) => void waits.push(delayMs),
    log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
  });
  const push = (id: string) => {
    outbox.add(event(id));
    queue.wake();
  };
  return { database, queue, push, posted, waits, logged };
}

const AWAY: PostOutcome = { kind: "unreachable", status: null };
const BROKEN: PostOutcome = { kind: "unreachable", status: 500 };

test("delivers in order", async () => {
  const { queue, push, posted, logged } = openQueue([]);
  for (const id of ["a", "b", "c"]) push(id);
  await queue.drain();
  push("d");
  await queue.drain();
  expect([posted, logged]).toEqual([["a", "b", "c", "d"], []]);
});

test("tries again, later each time, before it goes on", async () => {
  const { queue, push, posted, waits } = openQueue([AWAY, AWAY]);
  for (const id of ["a", "b"]) push(id);
  await queue.drain();
  expect(posted).toEqual(["a", "a", "a", "b"]);
  expect(waits).toEqual([500, 1_000]);
});

test("waits for functions that nobody reaches for as long as it takes", async () => {
  const { queue, push, posted, waits } = openQueue(Array(20).fill(AWAY));
  push("a");
  await queue.drain();
  expect(posted).toHaveLength(21);
  expect(Math.max(...waits)).toBe(30_000);
});

test("lets others have their turn after a bounded number of answers, without naming names", async () => {
  const { queue, push, posted, logged } = openQueue(Array(6).fill(BROKEN));
  for (const id of ["a", "b"]) push(id);
  await queue.drain();
  expect(posted).toEqual([...Array(6).fill("a"), "b"]);
  expect(logged.at(-1)).toMatch(/^error identity event given up until the next start/);
  expect(logged.join()).not.toMatch(/ada@|Ada/);
});

test("does not repeat what was refused", async () => {
  const { queue, push, posted } = openQueue([{ kind: "refused", status: 401 }]);
  for (const id of ["a", "b"]) push(id);
  await queue.drain();
  expect(posted).toEqual(["a", "b"]);
});

test("delivers nothing more once it is closed; whoever opens it next does", async () => {
  const { database, queue, push, posted } = openQueue([AWAY]);
  for (const id of ["a", "b"]) push(id);
  queue.close();
  push("c");
  await queue.drain();
  expect(posted).toEqual(["a"]);

  const next = openQueue([], database);
  next.queue.wake();
  await next.queue.drain();
  expect(next.posted).toEqual(["a", "b", "c"]);
  const last = openQueue([], database);
  last.queue.wake();
  await last.queue.drain();
  expect(last.posted).toEqual([]);
});

test("holds ten thousand, and says when it will take no more", () => {
  const outbox = createEventOutbox(new Database(":memory:"));
  for (let n = 0; n < 10_000; n++) expect(outbox.add(event(String(n)))).toBe(true);
  expect(outbox.add(event("one too many"))).toBe(false);
});

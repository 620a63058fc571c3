import { expect, test } from "vitest";
import { createEventQueue } from "./event-queue";
import type { IdentityEvent, PostOutcome } from "./identity-events";

const event = (id: string): IdentityEvent => ({
  type: "user.created",
  user: { id, name: "Ada", email: "ada@example.org", imageUrl: null },
  occurredAt: 1,
});

/** Answers the given outcomes in turn, then takes everything. */
function openQueue(outcomes: PostOutcome[]) {
  const posted: string[] = [];
  const waits: number[] = [];
  const logged: string[] = [];
  const queue = createEventQueue({
    post: async ({ user }) => {
      posted.push(user.id);
      return outcomes.shift() ?? { kind: "delivered" };
    },
    wait: async (delayMs) => void waits.push(delayMs),
    log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
  });
  return { queue, posted, waits, logged };
}

const AWAY: PostOutcome = { kind: "unreachable", status: null };

test("delivers in order", async () => {
  const { queue, posted, logged } = openQueue([]);
  for (const id of ["a", "b", "c"]) queue.push(event(id));
  await queue.drain();
  expect([posted, logged]).toEqual([["a", "b", "c"], []]);
});

test("tries again, later each time, before it goes on", async () => {
  const { queue, posted, waits } = openQueue([AWAY, AWAY]);
  for (const id of ["a", "b"]) queue.push(event(id));
  await queue.drain();
  expect(posted).toEqual(["a", "a", "a", "b"]);
  expect(waits).toEqual([500, 1_000]);
});

test("gives up after a bounded number of times, and says so without naming names", async () => {
  const { queue, posted, logged } = openQueue(Array(20).fill(AWAY));
  queue.push(event("a"));
  await queue.drain();
  expect(posted).toHaveLength(6);
  expect(logged.at(-1)).toMatch(/^error identity event given up/);
  expect(logged.join()).not.toMatch(/ada@|Ada/);
});

test("does not repeat what was refused", async () => {
  const { queue, posted } = openQueue([{ kind: "refused", status: 401 }]);
  queue.push(event("a"));
  queue.push(event("b"));
  await queue.drain();
  expect(posted).toEqual(["a", "b"]);
});

test("delivers nothing more once it is closed", async () => {
  const { queue, posted } = openQueue([AWAY]);
  queue.push(event("a"));
  queue.push(event("b"));
  queue.close();
  queue.push(event("c"));
  await queue.drain();
  expect(posted).toEqual(["a"]);
});

import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type RunningEngine, startEngine, until, withFolder } from "./rig.ts";

const functionsDir = fileURLToPath(new URL("./fixtures/components", import.meta.url));
const { rooms, scores, limited } = anyApi as unknown as Record<
  "rooms" | "scores" | "limited",
  Record<string, NonNullable<(typeof anyApi)[string][string]>>
>;
interface Summary {
  count: number;
  sum: number;
  above: number;
  best: number | null;
}

vi.setConfig({ testTimeout: 60_000 });

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

/** Runs the test on an engine in a folder; the function that it is given starts the engine anew. */
async function onEngine(test: (restart: () => Promise<void>) => Promise<void>): Promise<void> {
  await withFolder(async (dataDir) => {
    const restart = async () => {
      await running?.stop();
      running = await startEngine({ functionsDir, dataDir, revealsErrors: true });
    };
    await restart();
    await test(restart);
  });
}

describe("@convex-dev/presence, unmodified", () => {
  it("[CM11] shows who is there, who leaves and whose heart has stopped, over a restart", async () => {
    await onEngine(async (restart) => {
      const beat = (user: string, intervalMs: number) =>
        running!.connect().mutation(rooms.heartbeat!, {
          room: "lobby",
          user,
          session: `session of ${user}`,
          intervalMs,
        }) as Promise<{ roomToken: string; sessionToken: string }>;
      type Person = { userId: string; online: boolean };
      const whenOnline = (roomToken: string, users: string[]) =>
        until<Person[]>(
          (onValue) => running!.connect().onUpdate(rooms.list!, { roomToken }, onValue),
          (list) =>
            JSON.stringify(
              list.flatMap(({ userId, online }) => (online ? [userId] : [])).sort(),
            ) === JSON.stringify(users),
        );
      const { roomToken, sessionToken } = await beat("ann", 3_600_000);
      expect(await beat("bob", 3_600_000)).toMatchObject({ roomToken });
      await whenOnline(roomToken, ["ann", "bob"]);
      await running!.connect().mutation(rooms.leave!, { sessionToken });
      await whenOnline(roomToken, ["bob"]);
      await restart();
      await whenOnline(roomToken, ["bob"]);
      // Nothing more is heard of Cleo: the worker of the component notices.
      await beat("cleo", 10);
      await whenOnline(roomToken, ["bob"]);
      const list = (await running!.connect().query(rooms.list!, { roomToken })) as Person[];
      expect(list.map(({ userId }) => userId).sort()).toEqual(["ann", "bob", "cleo"]);
    });
  });
});

describe("@convex-dev/aggregate, unmodified", () => {
  it("[CM11] counts and sums in the app's own transaction, over a restart", async () => {
    await onEngine(async (restart) => {
      const add = async (from: number, to: number) => {
        const client = running!.connect();
        for (let points = from; points <= to; points++) {
          await client.mutation(scores.add!, { player: `player ${points}`, points });
        }
      };
      const summary = () => running!.connect().query(scores.summary!, {}) as Promise<Summary>;
      await add(1, 20);
      expect(await summary()).toEqual({ count: 20, sum: 210, above: 10, best: 20 });
      await expect(running!.connect().mutation(scores.addAndFail!, {})).rejects.toThrow("no");
      await running!.connect().mutation(scores.remove!, { player: "player 20" });
      expect(await summary()).toEqual({ count: 19, sum: 190, above: 9, best: 19 });
      await restart();
      await add(21, 30);
      expect(await summary()).toEqual({ count: 29, sum: 445, above: 19, best: 30 });
    });
  });

  it("[CM11] applies what was queued, in the order of commits, also after a restart", async () => {
    await onEngine(async (restart) => {
      const queue = (points: number[]) =>
        running!.connect().mutation(scores.addLater!, {
          scores: points.map((one) => ({ player: `player ${one}`, points: one })),
        });
      const whenCounted = (count: number) =>
        until<Summary | null>(
          (onValue) => running!.connect().onUpdate(scores.summary!, {}, onValue),
          (summary) => summary?.count === count,
        );
      await queue([1, 2, 3]);
      await queue([11, 12]);
      expect(await whenCounted(5)).toEqual({ count: 5, sum: 29, above: 2, best: 12 });
      await queue([13]);
      await restart();
      await queue([14]);
      expect(await whenCounted(7)).toEqual({ count: 7, sum: 56, above: 4, best: 14 });
    });
  });
});

describe("@convex-dev/rate-limiter, unmodified", () => {
  it("[CM11] refuses with a ConvexError what is too much, over a restart", async () => {
    await onEngine(async (restart) => {
      const send = (user: string) => running!.connect().mutation(limited.send!, { user });
      for (let n = 0; n < 3; n++) await send("ann");
      const refused = { data: { kind: "RateLimited", name: "send" } };
      await expect(send("ann")).rejects.toMatchObject(refused);
      await send("bob");
      await restart();
      await expect(send("ann")).rejects.toMatchObject(refused);
      await running!.connect().mutation(limited.reset!, { user: "ann" });
      await send("ann");
    });
  });

  it("[CM11] applies what was queued", async () => {
    await onEngine(async () => {
      const client = running!.connect();
      expect(await client.mutation(limited.sendLater!, {})).toBe(true);
      expect(await client.mutation(limited.sendLater!, {})).toBe(true);
      await until<number>(
        (onValue) => client.onUpdate(limited.left!, {}, onValue),
        (left) => left === 3,
      );
    });
  });
});

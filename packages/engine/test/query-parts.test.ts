import { fileURLToPath } from "node:url";
import type { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningEngine, startEngine } from "./rig.ts";
import { createTestIssuer, type TestIssuer } from "./tokens.ts";

const rooms = anyApi.rooms!;
const functionsDir = fileURLToPath(new URL("./fixtures/rooms", import.meta.url));

/** What a subscription has been given so far: values, and refusals as their data. */
interface Seen {
  values: unknown[];
  until(value: unknown): Promise<void>;
}

let running: RunningEngine;
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await createTestIssuer();
  running = await startEngine({
    functionsDir,
    environmentVariables: issuer.environmentVariables,
  });
});
afterEach(() => running.stop());

/** A signed-in client; resolved once its token has been taken. */
async function signIn(user: string): Promise<ConvexClient> {
  const client = running.connect();
  const token = await issuer.sign(user);
  await new Promise<void>((resolve) =>
    client.setAuth(
      async () => token,
      () => resolve(),
    ),
  );
  return client;
}

function watch(client: ConvexClient, name: string, args: Record<string, unknown>): Seen {
  const values: unknown[] = [];
  const waiting = new Set<() => void>();
  const note = (value: unknown) => {
    values.push(value);
    for (const look of waiting) look();
  };
  client.onUpdate(rooms[name]!, args, note, (error) => note((error as { data?: unknown }).data));
  return {
    values,
    until: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (JSON.stringify(values.at(-1)) !== JSON.stringify(wanted)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

async function inRoom(people: string[]): Promise<ConvexClient[]> {
  const writer = running.connect();
  for (const user of people) await writer.mutation(rooms.join!, { room: "a", user });
  return Promise.all(people.map(signIn));
}

/** Runs from one moment to the next; `act` must end with everything that it causes in view. */
async function runsOf(act: () => Promise<unknown>): Promise<number> {
  const before = running.engine.counters().queryRuns;
  await act();
  return running.engine.counters().queryRuns - before;
}

describe("a query in two parts", () => {
  it("[SY15] runs what is shared once for all who are let in, and the gate not at all", async () => {
    const clients = await inRoom(["ada", "bob", "cyd"]);
    const seen = clients.map((client) => watch(client, "list", { room: "a" }));
    await Promise.all(seen.map((one) => one.until([])));
    const runs = await runsOf(async () => {
      await clients[0]!.mutation(rooms.say!, { room: "a", text: "hello" });
      await Promise.all(seen.map((one) => one.until(["hello"])));
    });
    expect(runs).toBe(1);
    expect(seen.map(({ values }) => values)).toEqual(clients.map(() => [[], ["hello"]]));
  });

  it("[SY15] asks one gate once for all functions that have it, whatever their other arguments", async () => {
    const [ada] = await inRoom(["ada"]);
    const options = { numItems: 5, cursor: null };
    const runs = await runsOf(async () => {
      const seen = [
        watch(ada!, "list", { room: "a" }),
        watch(ada!, "page", { room: "a", paginationOpts: options }),
        watch(ada!, "page", { room: "a", paginationOpts: { ...options, id: 7 } }),
      ];
      await seen[0]!.until([]);
      await ada!.query(rooms.list!, { room: "a" });
    });
    // The gate, the list, and the page, whose number says nothing.
    expect(runs).toBe(3);
  });

  it("[SY15] is an ordinary query when it is called once", async () => {
    const [ada] = await inRoom(["ada"]);
    const eve = await signIn("eve");
    expect(await ada!.query(rooms.list!, { room: "a" })).toEqual([]);
    await expect(eve.query(rooms.list!, { room: "a" })).rejects.toMatchObject({
      data: "no member",
    });
    await expect(ada!.query(rooms["list#shared"]!, { room: "a" })).rejects.toThrow(
      /Could not find public function/,
    );
  });

  it("[SY15] runs the shared part as nobody", async () => {
    const ada = await signIn("ada");
    await watch(ada, "nosy", {}).until({ asked: null });
  });

  it("[SY16] shows whom the gate refuses the refusal, and nothing of the rest", async () => {
    const [ada] = await inRoom(["ada"]);
    const eve = await signIn("eve");
    const runs = await runsOf(() => watch(eve, "list", { room: "a" }).until("no member"));
    expect(runs).toBe(1);
    const seenByEve = watch(eve, "list", { room: "a" });
    const seenByAda = watch(ada!, "list", { room: "a" });
    await seenByAda.until([]);
    await ada!.mutation(rooms.say!, { room: "a", text: "secret" });
    await seenByAda.until(["secret"]);
    expect(new Set(seenByEve.values)).toEqual(new Set(["no member"]));
  });

  it("[SY16] follows the gate: who leaves is refused at once, who comes is let in", async () => {
    const [ada, bob] = await inRoom(["ada", "bob"]);
    const seenByAda = watch(ada!, "list", { room: "a" });
    const seenByBob = watch(bob!, "list", { room: "a" });
    await Promise.all([seenByAda.until([]), seenByBob.until([])]);
    await ada!.mutation(rooms.leave!, { room: "a", user: "bob" });
    await seenByBob.until("no member");
    await ada!.mutation(rooms.say!, { room: "a", text: "without bob" });
    await seenByAda.until(["without bob"]);
    await ada!.mutation(rooms.join!, { room: "a", user: "bob" });
    await seenByBob.until(["without bob"]);
    expect(seenByBob.values).toEqual([[], "no member", ["without bob"]]);
    expect(seenByAda.values).toEqual([[], ["without bob"]]);
  });

  it("[SY16] asks the gate again when the caller becomes somebody else", async () => {
    const [client] = await inRoom(["ada"]);
    const seen = watch(client!, "list", { room: "a" });
    await seen.until([]);
    const token = await issuer.sign("eve");
    client!.setAuth(async () => token);
    await seen.until("no member");
  });
});

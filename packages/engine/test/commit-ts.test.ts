import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningEngine, startEngine, until, withFolder } from "./rig.ts";
import { openPeer } from "./sync-peer.ts";

const functionsDir = fileURLToPath(new URL("./fixtures/stamps", import.meta.url));
const entries = anyApi.entries!;
const forged = anyApi.placeholder!.forged!;
interface Entry {
  _id: string;
  text: string;
  writtenAt: bigint;
  nested?: { deep: [bigint, string] };
}

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

describe("the commit's timestamp", () => {
  it("[CT1] stands in documents, index entries and the result after the commit", async () => {
    await withFolder(async (dataDir) => {
      running = await startEngine({ dataDir, functionsDir });
      const client = running.connect();
      const first = (await client.mutation(entries.add!, { text: "one" })) as {
        id: string;
        at: bigint;
      };
      const second = (await client.mutation(entries.add!, { text: "two" })) as { at: bigint };
      expect(typeof first.at).toBe("bigint");
      expect(second.at > first.at).toBe(true);
      const list = (await client.query(entries.list!, {})) as Entry[];
      expect(list.map(({ text, writtenAt }) => [text, writtenAt])).toEqual([
        ["one", first.at],
        ["two", second.at],
      ]);
      // A text that only looks like it is a text.
      expect(list[0]!.nested).toEqual({ deep: [first.at, '{"$commitTs":null}'] });
      await running.stop();
      running = await startEngine({ dataDir, functionsDir });
      expect(await running.connect().query(entries.list!, {})).toEqual(list);
    });
  });

  it("[CT1] stands in the answer to a repeated request too", async () => {
    running = await startEngine({ functionsDir });
    const request = {
      type: "Mutation",
      requestId: 7,
      udfPath: "entries:add",
      args: [{ text: "once" }],
    };
    const sessionId = "5f3b1c1e-0000-4000-8000-000000000001";
    const answers = [];
    for (let n = 0; n < 2; n++) {
      const peer = await openPeer(running.url, sessionId);
      peer.send(request);
      answers.push(await peer.next("MutationResponse"));
      peer.close();
    }
    expect(answers[0]).toMatchObject({
      success: true,
      result: { at: { $integer: answers[0]!.ts } },
    });
    expect(answers[1]).toEqual(answers[0]);
  });

  it("[CT1] stands in what a scheduled mutation writes", async () => {
    running = await startEngine({ functionsDir });
    const client = running.connect();
    const seen = until<Entry[]>(
      (onValue) => client.onUpdate(entries.list!, {}, onValue),
      (list) => list.length === 1,
    );
    await client.mutation(entries.addLater!, {});
    expect(typeof (await seen)[0]!.writtenAt).toBe("bigint");
  });

  it("[CT2] counts as the greatest int64 in the mutation that writes it", async () => {
    running = await startEngine({ functionsDir });
    const client = running.connect();
    await client.mutation(entries.add!, { text: "before" });
    expect(await client.mutation(entries.addAndLook!, {})).toEqual({
      order: ["placeholder", "fixed", "before"],
      isSame: true,
      filtered: ["placeholder"],
      isAboveSnapshot: true,
    });
  });

  it("[CT3] goes through nested calls, where an int64 is asked for", async () => {
    running = await startEngine({ functionsDir });
    const client = running.connect();
    const at = await client.mutation(entries.addNested!, { text: "nested" });
    const [entry] = (await client.query(entries.list!, {})) as Entry[];
    expect(entry).toMatchObject({ text: "nested", writtenAt: at });
  });

  it("[CT5] is on the clock of snapshots", async () => {
    running = await startEngine({ functionsDir });
    const client = running.connect();
    const { at } = (await client.mutation(entries.add!, { text: "one" })) as { at: bigint };
    expect(await client.query(entries.snapshot!, {})).toEqual({ newest: at, snapshotTs: at });
  });

  it("[CT4] is not taken from a client, and not given by a query", async () => {
    running = await startEngine({ functionsDir, revealsErrors: true });
    const peer = await openPeer(running.url, "5f3b1c1e-0000-4000-8000-000000000002");
    peer.send({
      type: "Mutation",
      requestId: 0,
      udfPath: "entries:echo",
      args: [{ at: { $commitTs: null } }],
    });
    expect(await peer.next("MutationResponse")).toMatchObject({
      success: false,
      result: expect.stringContaining("unresolved placeholder value"),
    });
    peer.close();
    await expect(running.connect().query(forged, {})).rejects.toThrow(
      "queries cannot return an unresolved placeholder value",
    );
  });
});

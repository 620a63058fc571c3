import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { startEngine, until } from "./rig.ts";

const chat = anyApi.chat!;
const functionsDir = fileURLToPath(new URL("./fixtures/costs", import.meta.url));

// Lengths with the short, the longer and the longest header of a frame.
it.each([10, 1_500, 40_000, 300_000])(
  "[SY19] everybody gets a page of %i characters that is written once, whatever its letters",
  async (length) => {
    const running = await startEngine({ functionsDir });
    try {
      const clients = [running.connect(), running.connect(), running.connect()];
      const bodies = ["a", "é", "漢", "🙂"].map((letter) => letter.repeat(length / letter.length));
      const room = "room 0";
      const pages = clients.map((client, place) =>
        until<Array<{ body: string }>>(
          (onValue) => {
            // Not all of them have the same queries under the same numbers.
            if (place > 0)
              client.onUpdate(
                chat.seenAt!,
                { user: "nobody" },
                () => {},
                () => {},
              );
            return client.onUpdate(chat.newest!, { room }, onValue);
          },
          (page) => page.length === bodies.length,
        ),
      );
      for (const body of bodies)
        await clients[0]!.mutation(chat.send!, { room, author: "x", body });
      for (const page of await Promise.all(pages)) {
        expect(page.map(({ body }) => body)).toEqual(bodies.toReversed());
      }
    } finally {
      await running.stop();
    }
  },
);

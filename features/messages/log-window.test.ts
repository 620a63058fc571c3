import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  extendNewer,
  extendOlder,
  joinWindow,
  type Placed,
  STRETCH_ITEMS,
  type Stretch,
  stretchKey,
  WINDOW_ITEMS_MAX,
  windowAround,
} from "./log-window";

/** What the server answers, as `messages.getMessagesBetween` promises it. */
function answer(all: readonly Placed[], { after, before, from }: Stretch): Placed[] {
  const between = all.filter(
    ({ sentAt }) => sentAt > (after ?? -Infinity) && sentAt < (before ?? Infinity),
  );
  return from === "after" ? between.slice(0, STRETCH_ITEMS) : between.slice(-STRETCH_ITEMS);
}

const conversation = (count: number): Placed[] =>
  Array.from({ length: count }, (_, index) => ({ seq: index + 1, sentAt: 1_000 + index * 3 }));

/** A reader of a conversation: walks, and sees what is loaded. */
function openLog(all: readonly Placed[], tailItems: number, stretches: Stretch[] = []) {
  const tail = all.slice(-tailItems);
  let window = stretches;
  const parts = () => window.map((stretch) => answer(all, stretch));
  const joined = () => joinWindow(parts(), tail);
  return {
    joined,
    stretches: () => window,
    older() {
      const { messages } = joined();
      const counts = parts().map(({ length }) => length);
      if (joined().hasOlder) window = extendOlder(window, counts, messages[0]!);
    },
    newer() {
      const { messages, isAtTail } = joined();
      const counts = parts().map(({ length }) => length);
      if (!isAtTail) window = extendNewer(window, counts, messages[messages.length - 1]!, tail[0]!);
    },
  };
}

const isGapless = (messages: readonly Placed[]) =>
  messages.every(({ seq }, index) => index === 0 || seq === messages[index - 1]!.seq + 1);

describe("joinWindow", () => {
  it("is the tail alone at first, and knows whether anything is older", () => {
    const all = conversation(40);
    expect(openLog(all, 30).joined()).toMatchObject({ hasOlder: true, isAtTail: true });
    expect(openLog(all, 40).joined()).toMatchObject({ hasOlder: false, messages: all });
    expect(joinWindow([], [])).toEqual({
      messages: [],
      hasOlder: false,
      isLoadingOlder: false,
      isLoadingNewer: false,
      isAtTail: true,
    });
  });

  it("shows only what touches while something loads", () => {
    const all = conversation(1_000);
    const tail = all.slice(-30);
    const older = all.slice(870, 970);
    expect(joinWindow([undefined, older], tail)).toEqual({
      messages: all.slice(870),
      hasOlder: true,
      isLoadingOlder: true,
      isLoadingNewer: false,
      isAtTail: true,
    });
    expect(joinWindow([all.slice(100, 200), undefined], tail)).toEqual({
      messages: all.slice(100, 200),
      hasOlder: true,
      isLoadingOlder: false,
      isLoadingNewer: true,
      isAtTail: false,
    });
  });

  it("walks from any message to both ends without a gap, nothing twice, and never holds too much", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        fc.array(fc.boolean(), { maxLength: 120 }),
        (count, tailItems, at, walk) => {
          const all = conversation(count);
          const goal = all[at % count]!;
          const log = openLog(all, tailItems, windowAround(goal.sentAt));
          const around = log.joined().messages;
          expect(around.some(({ seq }) => seq === goal.seq)).toBe(true);
          for (const isOlder of walk) {
            const before = log.joined().messages;
            if (isOlder) log.older();
            else log.newer();
            const { messages } = log.joined();
            expect(isGapless(messages)).toBe(true);
            expect(messages.length).toBeLessThanOrEqual(
              WINDOW_ITEMS_MAX + 2 * STRETCH_ITEMS + tailItems,
            );
            // What is loaded anew touches what was there.
            const kept = new Set(before.map(({ seq }) => seq));
            expect(messages.some(({ seq }) => kept.has(seq))).toBe(true);
            expect(new Set(log.stretches().map(stretchKey)).size).toBe(log.stretches().length);
          }
          for (let steps = 0; !log.joined().isAtTail; steps++) {
            expect(steps).toBeLessThan(60);
            log.newer();
          }
          expect(log.joined().messages.at(-1)).toEqual(all.at(-1));
        },
      ),
      { numRuns: 60 },
    );
  });
});

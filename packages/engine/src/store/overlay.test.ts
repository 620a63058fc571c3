import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IndexChange, Overlay } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

const INDEX = 1;
const keys = ["a", "b", "c"];

/** A step of the log: a commit, the base having caught up with some, the newest ones taken back. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add"), written: fc.subarray(keys) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("prune"), count: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retract"), count: fc.nat(3) }) },
);

describe("the overlay", () => {
  it("[ST17] shows each key as of any timestamp, however commits move on or are taken back", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: "max" }), (steps) => {
        const overlay = new Overlay();
        let commits: Array<{ ts: bigint; changes: IndexChange[] }> = [];
        let ts = 0n;
        let prunedTs = 0n;
        for (const taken of steps) {
          if ("written" in taken) {
            ts++;
            const changes = taken.written.map((key, place) => ({
              index: INDEX,
              key,
              document: place === 1 ? null : new StoredDocument(`${key}${ts}`, `{"ts":${ts}}`),
            }));
            overlay.add(changes, ts);
            commits.push({ ts, changes });
          } else if (taken.kind === "prune") {
            const moved = commits.splice(0, taken.count);
            prunedTs = moved.at(-1)?.ts ?? prunedTs;
            overlay.prune(
              moved.flatMap(({ changes }) => changes),
              prunedTs,
            );
          } else {
            const kept = commits.slice(0, Math.max(0, commits.length - taken.count));
            const lost = commits.slice(kept.length).flatMap(({ changes }) => changes);
            overlay.retract(lost, kept.at(-1)?.ts ?? prunedTs);
            commits = kept;
          }
          for (const key of keys) {
            for (let at = prunedTs; at <= ts; at++) {
              const last = commits
                .filter((commit) => commit.ts <= at)
                .flatMap(({ changes }) => changes)
                .findLast((change) => change.key === key);
              expect(overlay.get(INDEX, key, at)).toBe(last?.document);
            }
          }
        }
      }),
    );
  });
});

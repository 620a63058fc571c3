import { expect, it, vi } from "vitest";
import { BUGS } from "./bug-zoo.ts";
import { runScenario } from "./scenario.ts";

vi.setConfig({ testTimeout: 400_000 });

/**
 * Within so many worlds every mistake has to show. Most do in the first few; what is shown before it is
 * durable needs somebody to look while a failed disk waits for the process to end.
 */
const WORLDS_MAX = 40;

it.each(BUGS)("finds the wrong engine in which $name", async (bug) => {
  const restore = bug.around?.() ?? (() => {});
  try {
    let found: unknown = null;
    for (let seed = 1; seed <= WORLDS_MAX && found === null; seed++) {
      await runScenario(seed, bug).catch((error: unknown) => {
        found = error;
      });
    }
    expect(found).toMatchObject({ name: "Violation" });
  } finally {
    restore();
  }
});

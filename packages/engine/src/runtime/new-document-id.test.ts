import { expect, it } from "vitest";
import { realEnvironment } from "../base/environment.ts";
import type { Table } from "../store/catalog.ts";
import { newDocumentId } from "./new-document-id.ts";

const table = { number: 10_001 } as Table;

it("[ST18] orders ids by their time, also over the whole range of clocks", () => {
  const times = [0, 1, 2 ** 32 - 1, 2 ** 32, 1_764_000_000_000, 1_764_000_000_001, 2 ** 47];
  const ids = times.map((nowMs) =>
    newDocumentId({ ...realEnvironment(() => {}), nowMs: () => nowMs + 0.25 }, table),
  );
  expect(ids.toSorted()).toEqual(ids);
});

it("[ST18] draws 80 bits anew for each id of the same moment", () => {
  const environment = { ...realEnvironment(() => {}), nowMs: () => 1_764_000_000_000 };
  const ids = Array.from({ length: 2_000 }, () => newDocumentId(environment, table));
  expect(new Set(ids).size).toBe(ids.length);
  // The time takes 48 bits behind the table's 24, so that from the 15th character on all is drawn.
  for (let place = 15; place < 30; place++) {
    expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(16);
  }
});

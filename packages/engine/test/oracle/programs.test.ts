import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { startBoth } from "./back-ends.ts";
import { buildQuery, naiveQuery, plain } from "./interpreter.ts";
import {
  everyFilter,
  type Query,
  queryWith,
  someIndexes,
  someRows,
  transactions,
} from "./program.ts";
import { runs } from "./runs.ts";

vi.setConfig({ testTimeout: 20 * 60_000 });

it("[OR1] random programs do the same on the engine and on stock convex-test", async () => {
  let transactionsRun = 0;
  const property = fc.asyncProperty(
    someIndexes,
    someRows,
    transactions,
    async (indexes, rows, programs) => {
      const { engine, stock } = await startBoth(indexes);
      await engine.fill(rows);
      await stock.fill(rows);
      for (const program of programs) {
        transactionsRun++;
        expect(await engine.run(program)).toEqual(await stock.run(program));
        expect(await engine.dump()).toEqual(await stock.dump());
      }
    },
  );
  await fc.assert(property, runs("programs", 1_500));
  console.info(`programs: ${transactionsRun} transactions agreed`);
});

it("[OR2] random queries find what sorting and filtering all rows finds", async () => {
  let queriesRun = 0;
  const queries: fc.Arbitrary<Query[]> = fc.array(queryWith(everyFilter), {
    minLength: 20,
    maxLength: 40,
  });
  const property = fc.asyncProperty(
    someIndexes,
    someRows,
    queries,
    async (indexes, rows, asked) => {
      const { engine } = await startBoth(indexes);
      await engine.fill(rows);
      const found = await engine.query(async (ctx) => {
        const pairs: unknown[] = [];
        for (const query of asked) {
          queriesRun++;
          const all = await ctx.db.query(query.table).collect();
          pairs.push({
            engine: await buildQuery(ctx, engine.side, query).collect(),
            naive: naiveQuery(query, indexes, all),
          });
        }
        return pairs as Array<{ engine: unknown[]; naive: unknown[] }>;
      });
      const numbers = (documents: unknown[]) => documents.map((row) => plain(engine.side, row));
      for (const pair of found) expect(numbers(pair.engine)).toEqual(numbers(pair.naive));
    },
  );
  await fc.assert(property, runs("queries", 700));
  console.info(`queries: ${queriesRun} agreed`);
});

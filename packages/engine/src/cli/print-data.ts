import type { Persistence } from "../persistence/persistence.ts";
import { fullTableName, type Table } from "../store/catalog.ts";
import { openTables } from "../store/open-tables.ts";
import { CommandLineError } from "./command-line.ts";
import { withReadableFolder } from "./offline.ts";

const ROWS_PER_STEP = 1_000;

/** Prints the names of all tables with their rows counted, or a table's rows, a line each. */
export async function printData(what: {
  dataDir: string;
  table: string | null;
  rowsMax: number;
}): Promise<void> {
  const { dataDir, table: name, rowsMax } = what;
  await withReadableFolder(dataDir, (persistence) => {
    const { catalog } = openTables(persistence);
    if (name === null) {
      const tables = [...catalog.tables()].sort((a, b) =>
        fullTableName(a) < fullTableName(b) ? -1 : 1,
      );
      for (const table of tables) {
        console.log(`${fullTableName(table)}\t${countRows(persistence, table)}`);
      }
      return;
    }
    const table = [...catalog.tables()].find((one) => fullTableName(one) === name);
    if (!table) throw new CommandLineError(`There is no table ${name.slice(0, 80)}.`, 1);
    const rows = persistence.scan(table.byCreationTime.number, "", null, "desc", rowsMax);
    for (const { body } of rows) console.log(body);
  });
}

function countRows(persistence: Persistence, { byId }: Table): number {
  let count = 0;
  for (let from = ""; ; ) {
    const keys = persistence.scanKeys(byId.number, from, null, "asc", ROWS_PER_STEP);
    count += keys.length;
    if (keys.length < ROWS_PER_STEP) return count;
    from = `${keys.at(-1)!}\0`;
  }
}

import type { Catalog, Table } from "./catalog.ts";

/** The tables of one component, or of the app: no other's are to be found here, by name or by id. */
export class TableSpace {
  readonly #catalog: Catalog;
  readonly #component: string;

  constructor(catalog: Catalog, component: string) {
    this.#catalog = catalog;
    this.#component = component;
  }

  ensureTable(name: string): Table {
    return this.#catalog.ensureTable(name, this.#component);
  }

  /** The table whose id this is; null when it is no id, or one of a table that is not here. */
  tableOfId(id: string): Table | null {
    const table = this.#catalog.tableOfId(id);
    return table?.component === this.#component ? table : null;
  }
}

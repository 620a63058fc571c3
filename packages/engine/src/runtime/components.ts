import type { SchemaDefinition } from "../schema/schema-definition.ts";
import type { Catalog } from "../store/catalog.ts";
import { TableSpace } from "../store/table-space.ts";
import type { FunctionRegistry } from "./function-registry.ts";

/** The app, or a component that it uses, as it was loaded. */
export interface LoadedComponent {
  /** Names from the app down: `presence/batchWorker`; empty for the app. */
  path: string;
  registry: FunctionRegistry;
  schema: SchemaDefinition;
  /** Which children answer HTTP requests, by the beginning of the path, with slashes around. */
  httpMounts: ReadonlyMap<string, string>;
}

/** A component as it runs: with its tables. */
export interface Component extends LoadedComponent {
  tables: TableSpace;
}

/** The app and all of its components as they are in force, nested ones included. */
export class Components {
  readonly #catalog: Catalog;
  #app: Component;
  #byPath: ReadonlyMap<string, Component>;

  /** @param loaded The app first. */
  constructor(loaded: readonly LoadedComponent[], catalog: Catalog) {
    this.#catalog = catalog;
    const components = loaded.map((component) => this.#withTables(component));
    this.#app = components[0]!;
    this.#byPath = new Map(components.map((component) => [component.path, component]));
  }

  get app(): Component {
    return this.#app;
  }

  /** Puts others in force. Calls that are under way end with what they began with. */
  replace(loaded: readonly LoadedComponent[]): void {
    const components = loaded.map((component) => this.#withTables(component));
    this.#app = components[0]!;
    this.#byPath = new Map(components.map((component) => [component.path, component]));
  }

  find(path: string): Component | null {
    return path === "" ? this.#app : (this.#byPath.get(path) ?? null);
  }

  all(): Component[] {
    return [...this.#byPath.values()];
  }

  #withTables(component: LoadedComponent): Component {
    return { ...component, tables: new TableSpace(this.#catalog, component.path) };
  }
}

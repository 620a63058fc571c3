import type { Environment } from "../base/environment.ts";
import type { SchemaDefinition } from "../schema/schema-definition.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Usage } from "../store/transaction-usage.ts";
import type { FunctionRegistry } from "./function-registry.ts";
import type { StoredFiles } from "./stored-files.ts";
import type { CreationClock } from "./transaction-state.ts";

/** What running functions needs of the rest of the engine, wired once. */
export interface RuntimeServices {
  environment: Environment;
  store: DocumentStore;
  schema: SchemaDefinition;
  registry: FunctionRegistry;
  creationClock: CreationClock;
  /** Whether callers are told the text of uncaught errors; never in production. */
  revealsErrors: boolean;
  files: StoredFiles;
  /** Limits of one transaction where they are other than Convex's. */
  transactionLimits: Partial<Usage>;
}

/** As much of it as rows of the engine's own need. */
export type StoreServices = Pick<RuntimeServices, "environment" | "store">;

/** The table that an id belongs to, by name; null for what is no id of a known table. */
export function tableNameOfId(services: RuntimeServices, id: string): string | null {
  return services.store.catalog.tableOfId(id)?.name ?? null;
}

import type { Environment } from "../base/environment.ts";
import type { TokenSigner } from "../identity/token-signer.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Usage } from "../store/transaction-usage.ts";
import type { Components } from "./components.ts";
import type { FunctionRun } from "./function-runs.ts";
import type { StoredFiles } from "./stored-files.ts";
import type { StuckCalls } from "./stuck-calls.ts";
import type { CreationClock } from "./transaction-state.ts";

/** What running functions needs of the rest of the engine, wired once. */
export interface RuntimeServices {
  environment: Environment;
  store: DocumentStore;
  components: Components;
  creationClock: CreationClock;
  /** Whether callers are told the text of uncaught errors; never in production. */
  revealsErrors: boolean;
  files: StoredFiles;
  /** Told of every run that has something to say to the function's author. */
  onFunctionRun: (run: FunctionRun) => void;
  /** Limits of one transaction where they are other than Convex's. */
  transactionLimits: Partial<Usage>;
  tokens: TokenSigner;
  /** Which calls are not begun, because they would never end. */
  stuckCalls: StuckCalls;
  /** As functions are told it. */
  deploymentName: string;
}

/** As much of it as rows of the engine's own need. */
export type StoreServices = Pick<RuntimeServices, "environment" | "store">;

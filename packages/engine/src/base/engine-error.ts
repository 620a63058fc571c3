/** What went wrong, as a closed list: callers switch on it, the command line prints its message. */
export type EngineErrorKind =
  | "DataFolderInUse"
  | "DataFolderUnusable"
  | "DataDamaged"
  | "StoreVersionTooNew"
  | "FunctionsInvalid"
  | "SchemaMismatch"
  | "DiskFull"
  | "DiskFailed"
  | "Overloaded"
  | "FunctionTimedOut"
  | "ShuttingDown";

export interface EngineErrorOptions {
  retryable?: boolean;
  retryAfterMs?: number;
  cause?: unknown;
}

/** Operating trouble: not the caller's mistake and not a bug. The message is one plain sentence. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;

  constructor(kind: EngineErrorKind, message: string, options: EngineErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "EngineError";
    this.kind = kind;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

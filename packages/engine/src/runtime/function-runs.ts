import { describeError, describeThrown, FunctionCallError } from "./function-error.ts";
import type { FunctionKind } from "./registered-function.ts";
import type { RuntimeServices } from "./services.ts";

/** One call of a function, as far as the people who wrote it want to know afterwards. */
export interface FunctionRun {
  /** When it ended, ms since the epoch. */
  wallMs: number;
  kind: FunctionKind;
  /** `module:function`; of an HTTP action the route. */
  path: string;
  /** The one that the caller was told, if it failed. */
  requestId: string;
  durationMs: number;
  /** null: it succeeded. Never what a function says to its callers, which may be about people. */
  error: string | null;
  /** What it wrote to its console. */
  logLines: readonly string[];
}

/**
 * A run that begins now. Only runs that say something are told of: those that wrote to their
 * console, and those that failed.
 */
export class RunningFunction {
  readonly #services: RuntimeServices;
  readonly #kind: FunctionKind;
  readonly #path: string;
  readonly #startedMs: number;

  constructor(services: RuntimeServices, kind: FunctionKind, path: string) {
    this.#services = services;
    this.#kind = kind;
    this.#path = path;
    this.#startedMs = services.environment.monotonicMs();
  }

  succeeded(logLines: readonly string[]): void {
    if (logLines.length > 0) this.#tell(logLines, newRequestId(this.#services), null);
  }

  failed(logLines: readonly string[], error: unknown, requestId?: string): void {
    this.#tell(logLines, requestId ?? newRequestId(this.#services), describeForLog(error));
  }

  #tell(logLines: readonly string[], requestId: string, error: string | null): void {
    const { environment, onFunctionRun } = this.#services;
    onFunctionRun({
      wallMs: environment.nowMs(),
      kind: this.#kind,
      path: this.#path,
      requestId,
      durationMs: environment.monotonicMs() - this.#startedMs,
      error,
      logLines,
    });
  }
}

export function newRequestId({ environment }: Pick<RuntimeServices, "environment">): string {
  return Buffer.from(environment.randomBytes(8)).toString("hex");
}

/** What a log may hold of an error. */
export function describeForLog(error: unknown): string {
  const isOurs =
    describeThrown(error, true).dataJson !== null || error instanceof FunctionCallError;
  return isOurs ? "a refusal of the function's own" : describeError(error);
}

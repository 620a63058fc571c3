/** The engine's door for hosts. */
export { EngineError, type EngineErrorKind } from "./base/engine-error.ts";
export type { Environment, Log, LogLevel } from "./base/environment.ts";
export { createEngine, type Engine, type EngineOptions, type HostCall } from "./engine.ts";
export { type FolderLock, lockFolder } from "./persistence/folder-lock.ts";
export type { FunctionRun } from "./runtime/function-runs.ts";
export { outliveStrayErrors } from "./runtime/stray-errors.ts";

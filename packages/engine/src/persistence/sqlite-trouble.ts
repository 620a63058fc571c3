import { EngineError } from "../base/engine-error.ts";

const ADVICE = "ask doctor for all that is damaged, and restore a backup";

/** @param found The place, and what is wrong there. */
export function damage(found: string, cause?: unknown): EngineError {
  return new EngineError("DataDamaged", `The file engine.sqlite is damaged: ${found}; ${ADVICE}.`, {
    cause,
  });
}

/** @param place A row whose check does not hold. */
export function changed(place: string): EngineError {
  return damage(`${place} is not what was written`);
}

/** Recovery has cut more than a power cut can have torn. */
export class LostCommits extends EngineError {
  constructor(markedTs: bigint, lastTs: bigint) {
    super(
      "DataDamaged",
      `The files engine.sqlite and engine.sqlite-wal end with commit ${lastTs}, but commit ${markedTs} was on the disk; ${ADVICE}, or remove the file engine.mark to go on without what is lost.`,
    );
  }
}

/** SQLite's word for a damaged page. */
export function reading<A extends unknown[], R>(read: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return read(...args);
    } catch (error) {
      throw isCorruption(error) ? damage(messageOf(error), error) : error;
    }
  };
}

/** Whatever else is wrong with a database that is being opened: it was ours, and is not any more. */
export function asOpeningTrouble(error: unknown): unknown {
  if (error instanceof EngineError) return error;
  const code = codeOf(error);
  if (code.startsWith("SQLITE_IOERR") && !isCorruption(error)) return diskFailed(code, error);
  return isCorruption(error) || code === "SQLITE_ERROR" ? damage(messageOf(error), error) : error;
}

/** A full disk can be waited out; after any other failed write nothing on it can be believed. */
export function guardDisk(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    const code = codeOf(error);
    if (code === "SQLITE_FULL") {
      throw new EngineError("DiskFull", "The disk is full; nothing was written.", {
        retryable: true,
        retryAfterMs: 1_000,
        cause: error,
      });
    }
    if (code.startsWith("SQLITE_IOERR") || code.startsWith("SQLITE_CORRUPT")) {
      throw diskFailed(code, error);
    }
    throw error;
  }
}

function diskFailed(code: string, cause: unknown): EngineError {
  return new EngineError("DiskFailed", `The disk failed (${code}).`, { cause });
}

/** A read that ends too early is no trouble of the disk's: the file is shorter than it says. */
function isCorruption(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code.startsWith("SQLITE_CORRUPT") ||
    code === "SQLITE_NOTADB" ||
    code === "SQLITE_IOERR_SHORT_READ"
  );
}

function messageOf(error: unknown): string {
  return (error as Error).message;
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? "";
}

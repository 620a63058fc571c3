import { EngineError } from "@parley/engine";

/** Trouble that the operator can mend: shown as its sentence alone, without a stack. */
export class StartRefusal extends Error {
  override name = "StartRefusal";
}

/**
 * Puts well-known operating trouble into a sentence.
 * @returns The refusal, or the error itself when it is nothing well-known.
 */
export function explainTrouble(error: unknown, { what }: { what: string }): unknown {
  if (error instanceof StartRefusal || !(error instanceof Error)) return error;
  // The engine's troubles come with their sentence.
  if (error instanceof EngineError) return new StartRefusal(error.message, { cause: error });
  const code = "code" in error ? error.code : null;
  const sentence = typeof code === "string" ? SENTENCES[code] : undefined;
  return sentence ? new StartRefusal(`${what} ${sentence}`, { cause: error }) : error;
}

const SENTENCES: Record<string, string> = {
  EADDRINUSE: "is already in use: stop the other program or set PORT to a free one.",
  EADDRNOTAVAIL: "is not an address of this machine: set HOST to one that is.",
  EACCES: "is not permitted for this user.",
  EPERM: "is not permitted for this user.",
  EROFS: "is on a file system that cannot be written.",
  ENOSPC: "has no space left on its disk.",
  ENOTDIR: "is not a folder.",
};

/** Trouble that the operator can mend: shown as its sentence alone, without a stack. */
export class StartRefusal extends Error {
  override name = "StartRefusal";
}

/**
 * Puts well-known operating trouble into a sentence.
 * @returns The refusal, or the error itself when it is nothing well-known.
 */
export function explainTrouble(error: unknown, { what }: { what: string }): unknown {
  if (error instanceof StartRefusal || typeof error !== "object" || error === null) return error;
  const code = "code" in error ? error.code : "kind" in error ? error.kind : null;
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
  DataFolderInUse: "is in use by another Parley process: stop it first, or set PARLEY_DATA.",
  DataFolderUnusable: "cannot be used: it must be a folder that this user can write.",
};

import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** The secrets an installation makes for itself, one file each. */
export type SecretName = "identity" | "events" | "admin-key" | "owner-token";

const SECRET_BYTES = 32;
const SECRET_PATTERN = /^[A-Za-z0-9_-]{32,512}$/;

/**
 * Reads a secret from `<dataDir>/secrets`, or makes it on the first start.
 *
 * Losing the identity secret would lose the signing keys sealed with it, so a file that is there but
 * is not a secret is reported, never replaced.
 *
 * @returns 43 characters that are safe in URLs and headers, or what an operator put there.
 * @throws Error with a sentence for the operator when the file cannot be used.
 */
export function readOrMakeSecret(dataDir: string, name: SecretName): string {
  const folder = join(dataDir, "secrets");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = join(folder, name);
  const known = readIfThere(path) ?? makeSecret(path);
  if (!SECRET_PATTERN.test(known)) {
    throw new Error(
      `${path} is damaged: restore it from a backup, or remove it to have a new one made.`,
    );
  }
  chmodSync(path, 0o600);
  return known;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Written aside, made durable, then put in place at once: a power cut leaves all of it or nothing. */
function makeSecret(path: string): string {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const draft = `${path}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, `${secret}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // Unlike a rename, a link never replaces what somebody else made in the meantime.
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  return secret;
}

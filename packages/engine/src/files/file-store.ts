/** A file on its way in. It does not exist for readers before `finish` has returned. */
export interface FileWriter {
  write(part: Uint8Array): Promise<void>;
  /** Makes the file durable under its key. */
  finish(): Promise<void>;
  /** Gives up: nothing is left. Idempotent, and harmless after `finish`. */
  discard(): Promise<void>;
}

export interface FileListing {
  /** null for a file that was never finished, or is not yet. */
  key: string | null;
  name: string;
  modifiedMs: number;
}

/**
 * Where the bytes of stored files are: write once, read often, by key.
 *
 * Keys are the engine's own (`newFileKey`), never a client's. Which files there are is the
 * database's business; this only keeps bytes.
 *
 * @throws EngineError "DiskFull" (retryable) or "DiskFailed" from everything that writes.
 */
export interface FileStore {
  create(key: string): Promise<FileWriter>;
  /**
   * The bytes from `start` up to, not including, `end`.
   *
   * @throws when the file is not there, before anything is read.
   */
  read(key: string, start: number, end: number): Promise<AsyncIterable<Uint8Array>>;
  /** Deletes by the name that `list` gives; what is not there is fine. */
  remove(name: string): Promise<void>;
  /** Everything that is kept, in no order. */
  list(): AsyncIterable<FileListing>;
}

const KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A new file's name: a random UUID, which is also what makes its address hard to guess. */
export function newFileKey(random: Uint8Array): string {
  const bytes = Buffer.from(random.subarray(0, 16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join("-");
}

export function isFileKey(text: string): boolean {
  return KEY.test(text);
}

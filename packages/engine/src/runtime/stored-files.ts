import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import type { FileStore } from "../files/file-store.ts";
import { isFileKey } from "../files/file-store.ts";
import { type ReceivedFile, receiveFile } from "../files/receive-file.ts";
import { checkUploadToken, makeUploadToken } from "../files/upload-token.ts";
import type { JSONValue } from "../values/json.ts";
import {
  deleteFile,
  type FileRow,
  findFileByKey,
  insertFile,
  readBlob,
  readFile,
  requireStorageId,
} from "./file-rows.ts";
import { FunctionCallError } from "./function-error.ts";
import type { StoreServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

/** What files need besides the database. */
export interface FileSettings {
  store: FileStore;
  /** Signs upload addresses. */
  secret: string;
  /** In front of `/api/storage`; browsers must be able to reach it. */
  cloudUrl: string;
}

/** Runs work in a transaction of its own. */
export type RunOwn = <T>(work: (state: TransactionState) => T) => Promise<T>;

/** A file's bytes with their type, as functions pass them. */
export interface FileBody {
  bytes: AsyncIterable<Uint8Array>;
  contentType: string | null;
  /** Base64 or hex; null: not checked. */
  sha256: string | null;
}

/**
 * Stored files: bytes in the file store, what is known of them in the database.
 *
 * The bytes come first and are durable before a row names them; they go last, after the row's
 * deletion is durable. What a crash leaves between is a file that no row names, which is collected.
 */
export class StoredFiles {
  readonly #services: StoreServices;
  readonly #settings: FileSettings;
  #uploads = 0;

  constructor(services: StoreServices, settings: FileSettings) {
    this.#services = services;
    this.#settings = settings;
  }

  /** `ctx.storage.generateUploadUrl`. */
  uploadUrl(): string {
    const { environment } = this.#services;
    const expiresMs = environment.nowMs() + limits.uploadTokenMs;
    const token = makeUploadToken(this.#settings.secret, expiresMs, environment.randomBytes(12));
    return `${this.#settings.cloudUrl}/api/storage/upload?token=${token}`;
  }

  checkToken(token: string): "valid" | "expired" | "invalid" {
    return checkUploadToken(this.#settings.secret, token, this.#services.environment.nowMs());
  }

  /** `ctx.storage.getUrl`: null when there is no such file. */
  url(state: TransactionState, storageId: JSONValue | undefined): string | null {
    const blob = readBlob(this.#services, state, requireStorageId(this.#services, storageId));
    return blob && `${this.#settings.cloudUrl}/api/storage/${blob.key}`;
  }

  /** `ctx.storage.getMetadata`, with the digest in hex as ever. */
  metadata(state: TransactionState, storageId: JSONValue | undefined): JSONValue {
    const file = readFile(this.#services, state, requireStorageId(this.#services, storageId));
    if (!file) return null;
    return {
      storageId: file._id,
      sha256: Buffer.from(file.sha256, "base64").toString("hex"),
      size: file.size,
      contentType: file.contentType ?? null,
    };
  }

  /** `ctx.storage.delete`. */
  delete(state: TransactionState, storageId: JSONValue | undefined): void {
    deleteFile(this.#services, state, requireStorageId(this.#services, storageId));
  }

  /**
   * Takes a file in, in a transaction of its own; returns its id once all is durable.
   *
   * @throws FileRefusal; EngineError "Overloaded", "DiskFull".
   */
  async add(body: FileBody, runOwn: RunOwn): Promise<string> {
    if (this.#uploads >= limits.uploadsMax) {
      throw new EngineError("Overloaded", "Too many files are coming in; try again.", {
        retryable: true,
        retryAfterMs: 1_000,
      });
    }
    this.#uploads++;
    try {
      const file = await this.#receive(body, limits.fileBytesMax);
      return await runOwn((state) => insertFile(this.#services, state, file, body.contentType));
    } finally {
      this.#uploads--;
    }
  }

  /**
   * Takes a file in as part of a mutation. If that is rolled back, the bytes are collected.
   *
   * @param requireOpen Throws when the mutation has ended while the bytes were written.
   */
  async addWithin(
    state: TransactionState,
    body: FileBody,
    requireOpen: () => void,
  ): Promise<string> {
    const file = await this.#receive(body, limits.bytesWrittenMax);
    requireOpen();
    return insertFile(this.#services, state, file, body.contentType);
  }

  /** The file's bytes and type, all at once, as a transaction sees them; null when it is not there. */
  async bytes(
    state: TransactionState,
    storageId: JSONValue | undefined,
  ): Promise<{ bytes: Buffer<ArrayBuffer>; contentType: string | null } | null> {
    const id = requireStorageId(this.#services, storageId);
    const file = readFile(this.#services, state, id);
    const blob = readBlob(this.#services, state, id);
    if (!file || !blob) return null;
    if (file.size > limits.fileInMemoryBytesMax) {
      throw new FunctionCallError(
        `The file is too large to be read at once (limit: ${limits.fileInMemoryBytesMax} bytes)`,
      );
    }
    const parts: Uint8Array[] = [];
    for await (const part of await this.read(blob.key, 0, file.size)) parts.push(part);
    return { bytes: Buffer.concat(parts), contentType: file.contentType ?? null };
  }

  /** What is known of the file at an address; null when there is none any more. */
  find(key: string): FileRow | null {
    return isFileKey(key) ? findFileByKey(this.#services, key) : null;
  }

  read(key: string, start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    return this.#settings.store.read(key, start, end);
  }

  #receive({ bytes, sha256 }: FileBody, bytesMax: number): Promise<ReceivedFile> {
    const random = this.#services.environment.randomBytes(16);
    return receiveFile(this.#settings.store, bytes, { random, bytesMax, expectedSha256: sha256 });
  }
}

import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import type { FileStore } from "../files/file-store.ts";
import { isFileKey } from "../files/file-store.ts";
import { type ReceivedFile, receiveFile } from "../files/receive-file.ts";
import { makeUploadToken, readUploadToken, type UploadClaim } from "../files/upload-token.ts";
import type { TableSpace } from "../store/table-space.ts";
import type { JSONValue } from "../values/json.ts";
import type { Component, Components } from "./components.ts";
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
  readonly #components: Components;
  #uploads = 0;

  constructor(services: StoreServices, components: Components, settings: FileSettings) {
    this.#services = services;
    this.#components = components;
    this.#settings = settings;
  }

  /** The files of one component, as its functions see them. */
  of({ path, tables }: Component): ComponentFiles {
    return new ComponentFiles(this, this.#services, { path, tables });
  }

  /** An address at which a file for the component may be posted. */
  uploadUrl(component: string): string {
    const { environment } = this.#services;
    const claim = { expiresMs: environment.nowMs() + limits.uploadTokenMs, component };
    const token = makeUploadToken(this.#settings.secret, claim, environment.randomBytes(12));
    return `${this.#settings.cloudUrl}/api/storage/upload?token=${token}`;
  }

  /** The address of a file's bytes. */
  addressOf(key: string): string {
    return `${this.#settings.cloudUrl}/api/storage/${key}`;
  }

  /** For which component a file may be posted with this token, if it is one. */
  readToken(token: string): UploadClaim {
    return readUploadToken(this.#settings.secret, token, this.#services.environment.nowMs());
  }

  /**
   * Takes a file in that was posted for a component, in a transaction of its own.
   *
   * @throws FileRefusal; EngineError "Overloaded", "DiskFull".
   */
  add(component: string, body: FileBody, runOwn: RunOwn): Promise<string> {
    const found = this.#components.find(component) ?? this.#components.app;
    return this.of(found).add(body, runOwn);
  }

  /** What is known of the file at an address; null when there is none any more. */
  find(key: string): FileRow | null {
    return isFileKey(key) ? findFileByKey(this.#services, key) : null;
  }

  read(key: string, start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    return this.#settings.store.read(key, start, end);
  }

  /**
   * Takes bytes in; they are durable, and no row names them yet.
   *
   * @throws FileRefusal; EngineError "Overloaded", "DiskFull".
   */
  async receive({ bytes, sha256 }: FileBody, bytesMax: number): Promise<ReceivedFile> {
    if (this.#uploads >= limits.uploadsMax) {
      throw new EngineError("Overloaded", "Too many files are coming in; try again.", {
        retryable: true,
        retryAfterMs: 1_000,
      });
    }
    this.#uploads++;
    try {
      const random = this.#services.environment.randomBytes(16);
      const options = { random, bytesMax, expectedSha256: sha256 };
      return await receiveFile(this.#settings.store, bytes, options);
    } finally {
      this.#uploads--;
    }
  }
}

/** `ctx.storage` of one component. */
export class ComponentFiles {
  readonly #all: StoredFiles;
  readonly #services: StoreServices;
  readonly #component: string;
  readonly #tables: TableSpace;

  constructor(
    all: StoredFiles,
    services: StoreServices,
    component: { path: string; tables: TableSpace },
  ) {
    this.#all = all;
    this.#services = services;
    this.#component = component.path;
    this.#tables = component.tables;
  }

  /** `ctx.storage.generateUploadUrl`. */
  uploadUrl(): string {
    return this.#all.uploadUrl(this.#component);
  }

  /** `ctx.storage.getUrl`: null when there is no such file. */
  url(state: TransactionState, storageId: JSONValue | undefined): string | null {
    const blob = readBlob(this.#services, state, requireStorageId(this.#tables, storageId));
    return blob && this.#all.addressOf(blob.key);
  }

  /** `ctx.storage.getMetadata`, with the digest in hex as ever. */
  metadata(state: TransactionState, storageId: JSONValue | undefined): JSONValue {
    const file = readFile(this.#tables, state, requireStorageId(this.#tables, storageId));
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
    const id = requireStorageId(this.#tables, storageId);
    deleteFile(this.#services, this.#tables, state, id);
  }

  /**
   * Takes a file in, in a transaction of its own; returns its id once all is durable.
   *
   * @throws FileRefusal; EngineError "Overloaded", "DiskFull".
   */
  async add(body: FileBody, runOwn: RunOwn): Promise<string> {
    const file = await this.#all.receive(body, limits.fileBytesMax);
    return runOwn((state) => this.#insert(state, file, body));
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
    const file = await this.#all.receive(body, limits.bytesWrittenMax);
    requireOpen();
    return this.#insert(state, file, body);
  }

  /** The file's bytes and type, all at once, as a transaction sees them; null when it is not there. */
  async bytes(
    state: TransactionState,
    storageId: JSONValue | undefined,
  ): Promise<{ bytes: Buffer<ArrayBuffer>; contentType: string | null } | null> {
    const id = requireStorageId(this.#tables, storageId);
    const file = readFile(this.#tables, state, id);
    const blob = readBlob(this.#services, state, id);
    if (!file || !blob) return null;
    if (file.size > limits.fileInMemoryBytesMax) {
      throw new FunctionCallError(
        `The file is too large to be read at once (limit: ${limits.fileInMemoryBytesMax} bytes)`,
      );
    }
    const parts: Uint8Array[] = [];
    for await (const part of await this.#all.read(blob.key, 0, file.size)) parts.push(part);
    return { bytes: Buffer.concat(parts), contentType: file.contentType ?? null };
  }

  #insert(state: TransactionState, file: ReceivedFile, { contentType }: FileBody): string {
    return insertFile(this.#services, this.#tables, state, file, contentType);
  }
}

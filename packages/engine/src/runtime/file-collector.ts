import type { Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type { FileStore } from "../files/file-store.ts";
import type { Commit } from "../store/committer.ts";
import {
  type BlobRow,
  doomedBlobs,
  doomedIndexNumber,
  forgetBlob,
  isKeyKnown,
} from "./file-rows.ts";
import type { Runtime } from "./runtime.ts";
import type { RuntimeServices } from "./services.ts";

/**
 * Deletes the bytes of files that are no more: soon after the commit that dooms them, and, once a
 * day, those that no row has ever come to name.
 */
export class FileCollector {
  readonly #services: RuntimeServices;
  readonly #runtime: Runtime;
  readonly #files: FileStore;
  #isStarted = false;
  #collecting: Promise<void> | null = null;
  #isAgain = false;
  #timer: Timer | null = null;

  constructor(services: RuntimeServices, runtime: Runtime, files: FileStore) {
    this.#services = services;
    this.#runtime = runtime;
    this.#files = files;
  }

  start(): void {
    this.#isStarted = true;
    this.#collect();
    this.#sweepOrphans();
  }

  /** News of commits, in order. */
  noteCommits(commits: readonly Commit[]): void {
    const doomedIndex = doomedIndexNumber(this.#services);
    const isTouched = commits.some((commit) =>
      commit.indexChanges.some(
        ({ index, document }) =>
          index === doomedIndex &&
          document !== null &&
          (document.value as unknown as BlobRow).doomedTime !== undefined,
      ),
    );
    if (isTouched && this.#isStarted) this.#collect();
  }

  /** Resolves once what was under way has ended. */
  async close(): Promise<void> {
    this.#isStarted = false;
    this.#timer?.cancel();
    await this.#collecting;
  }

  #collect(): void {
    this.#isAgain = true;
    if (this.#collecting) return;
    this.#collecting = this.#collectAll().finally(() => {
      this.#collecting = null;
    });
  }

  /** First the bytes, then the row: what is cut off between is done again. Never rejects. */
  async #collectAll(): Promise<void> {
    try {
      while (this.#isAgain && this.#isStarted) {
        const doomed = doomedBlobs(this.#services, limits.fileSweepRowsMax);
        this.#isAgain = doomed.length > 0;
        for (const { key } of doomed) await this.#files.remove(key);
        if (doomed.length === 0) continue;
        await this.#runtime.runOwn((state) => {
          for (const { _id } of doomed) forgetBlob(this.#services, state, _id);
        });
      }
    } catch (error) {
      this.#complain(error);
    }
  }

  #sweepOrphans(): void {
    void this.#removeOrphans()
      .catch((error: unknown) => this.#complain(error))
      .finally(() => {
        if (!this.#isStarted) return;
        const { environment } = this.#services;
        this.#timer = environment.setTimer(limits.fileSweepMs, () => this.#sweepOrphans());
      });
  }

  /** A file that is young may be on its way into the database. */
  async #removeOrphans(): Promise<void> {
    const beforeMs = this.#services.environment.nowMs() - limits.orphanFileAgeMs;
    for await (const { key, name, modifiedMs } of this.#files.list()) {
      if (!this.#isStarted) return;
      if (modifiedMs > beforeMs) continue;
      if (key === null || !isKeyKnown(this.#services, key)) await this.#files.remove(name);
    }
  }

  /** Nothing is lost: it is tried again at the next occasion. */
  #complain(error: unknown): void {
    this.#services.environment.log("warn", "Files could not be collected.", {
      reason: String(error),
    });
  }
}

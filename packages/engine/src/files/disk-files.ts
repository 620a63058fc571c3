import { mkdirSync } from "node:fs";
import { type FileHandle, open, opendir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { EngineError } from "../base/engine-error.ts";
import { type FileStore, type FileWriter, isFileKey } from "./file-store.ts";

const UNFINISHED = ".part";

/**
 * Files in one folder, each under its key. A file is written under another name, synced, and only
 * then renamed: after a power cut it is there wholly or not at all.
 *
 * @throws EngineError "DataFolderUnusable" when the folder cannot be made.
 */
export function openDiskFiles(dir: string): FileStore {
  makeFolder(dir);
  const pathOf = (key: string) => {
    assert(isFileKey(key), "a file's key is one of ours");
    return join(dir, key);
  };
  return {
    create: (key) => guardDisk(() => createFile(dir, pathOf(key))),
    read: async (key, start, end) => {
      const handle = await open(pathOf(key), "r");
      if (start >= end) {
        await handle.close();
        return emptyFile();
      }
      // The stream closes the handle, also when it is left in the middle.
      return handle.createReadStream({ start, end: end - 1, highWaterMark: 256 * 1024 });
    },
    remove: (name) => {
      assert(isFileKey(name.replace(UNFINISHED, "")), "a file's name is one of ours");
      return guardDisk(() => rm(join(dir, name), { force: true }));
    },
    list: async function* () {
      for await (const entry of await opendir(dir)) {
        const key = entry.name.replace(UNFINISHED, "");
        // What is not ours is none of our business.
        if (!entry.isFile() || !isFileKey(key)) continue;
        const isFinished = key === entry.name;
        // What is deleted meanwhile is not there any more.
        const found = await stat(join(dir, entry.name)).catch(() => null);
        if (!found) continue;
        yield { key: isFinished ? key : null, name: entry.name, modifiedMs: found.mtimeMs };
      }
    },
  };
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code } = cause as { code?: string };
    throw new EngineError("DataFolderUnusable", `The folder ${dir} cannot be made (${code}).`, {
      cause,
    });
  }
}

async function createFile(dir: string, path: string): Promise<FileWriter> {
  const unfinished = `${path}${UNFINISHED}`;
  const handle = await open(unfinished, "wx", 0o600);
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    write: (part) => guardDisk(() => writeAll(handle, part)),
    finish: () =>
      guardDisk(async () => {
        await handle.sync();
        await close();
        await rename(unfinished, path);
        await syncFolder(dir);
      }),
    discard: () =>
      guardDisk(async () => {
        await close();
        await rm(unfinished, { force: true });
      }),
  };
}

async function writeAll(handle: FileHandle, part: Uint8Array): Promise<void> {
  let written = 0;
  while (written < part.length) {
    const { bytesWritten } = await handle.write(part, written, part.length - written);
    written += bytesWritten;
  }
}

/** The new name is on disk only once its folder is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* emptyFile(): AsyncIterable<Uint8Array> {}

async function guardDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new EngineError("DiskFull", "The disk is full; the file was not kept.", {
        retryable: true,
        retryAfterMs: 1_000,
        cause: error,
      });
    }
    throw new EngineError("DiskFailed", `A file could not be written (${code}).`, { cause: error });
  }
}

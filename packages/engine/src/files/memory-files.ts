import type { Environment } from "../base/environment.ts";
import type { FileStore } from "./file-store.ts";

/** Files that end with the process: for tests, and for engines that keep nothing. */
export function openMemoryFiles(environment: Environment): FileStore {
  const files = new Map<string, { bytes: Uint8Array; modifiedMs: number }>();
  return {
    create: async (key) => {
      const parts: Uint8Array[] = [];
      return {
        write: async (part) => {
          parts.push(Uint8Array.from(part));
        },
        finish: async () => {
          files.set(key, { bytes: Buffer.concat(parts), modifiedMs: environment.nowMs() });
        },
        discard: async () => {
          parts.length = 0;
        },
      };
    },
    read: async (key, start, end) => {
      const file = files.get(key);
      if (!file) throw new Error("The file is not there.");
      return (async function* () {
        if (start < end) yield file.bytes.subarray(start, end);
      })();
    },
    remove: async (name) => {
      files.delete(name);
    },
    list: async function* () {
      for (const [key, { modifiedMs }] of [...files]) yield { key, name: key, modifiedMs };
    },
  };
}

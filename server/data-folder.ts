import { resolve } from "node:path";
import { lockFolder } from "@parley/engine";
import { explainTrouble } from "./start-refusal";

/** The one folder that everything of an installation lives in, held by this process alone. */
export type DataFolder = { path: string; release: () => void };

/** @throws StartRefusal when the folder cannot be made, written or locked. */
export function openDataFolder(dataDir: string): DataFolder {
  const path = resolve(dataDir);
  try {
    const lock = lockFolder(path);
    return { path, release: () => void lock.release() };
  } catch (error) {
    throw explainTrouble(error, { what: `The data folder ${path}` });
  }
}

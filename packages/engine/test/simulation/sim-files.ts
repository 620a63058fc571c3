import { constants } from "node:fs";
import type { Chance } from "./chance.ts";

/** A write or a truncation that a power cut may still undo, wholly or in part. */
type Change =
  | { kind: "write"; offset: number; data: Uint8Array }
  | { kind: "truncate"; size: number };

interface SimFile {
  /** What a power cut leaves; null when there would be no such file. */
  durable: Uint8Array | null;
  cached: Uint8Array;
  unsynced: Change[];
}

/** What becomes of the writes that were not synced when the power failed. */
export type PowerCut = "dropped" | "kept" | "subset" | "torn" | "reordered";
export const POWER_CUTS: readonly PowerCut[] = ["dropped", "subset", "torn", "reordered"];

const SECTOR_BYTES = 512;

/** No two descriptors are ever the same, whichever files they are on. */
let nextFd = 3;

class FileError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Files as an operating system and a disk keep them: what was written, and what of it a power cut
 * would leave.
 *
 * Every storage operation passes `before`, which may refuse it or count it. Nothing here knows
 * SQLite. A write that has not been synced may survive, wholly, in part by sectors, or before others
 * that came earlier; a synced one always does.
 */
export class SimFiles {
  readonly #files: Map<string, SimFile>;
  readonly #open = new Map<number, { file: SimFile; path: string }>();
  isOn = true;
  /** Called with each operation before it happens; throw to refuse it. */
  before: (operation: string, path: string, fd: number) => void = () => {};

  constructor(images: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#files = new Map(
      [...images].map(([path, image]) => [
        path,
        { durable: image.slice(), cached: image.slice(), unsynced: [] },
      ]),
    );
  }

  /** What the next start finds after a power cut, or ("kept") after the death of the process. */
  imagesAfter(cut: PowerCut, chance: Chance): Map<string, Uint8Array> {
    const images = new Map<string, Uint8Array>();
    for (const [path, file] of this.#files) {
      if (cut === "kept") {
        images.set(path, file.cached.slice());
        continue;
      }
      const survivors = surviving(file.unsynced, cut, chance);
      if (file.durable === null && survivors.length === 0 && cut === "dropped") continue;
      let image = file.durable ?? new Uint8Array();
      for (const change of survivors) image = applied(image, change);
      images.set(path, image.slice());
    }
    return images;
  }

  /** The interface of `node:fs`, as far as SQLite's file layer uses it. */
  readonly fs = {
    openSync: (path: string, flags: number | string): number => {
      this.#perform("open", path, -1);
      let file = this.#files.get(path);
      if (!file) {
        if (typeof flags === "string")
          return this.#enter({ durable: null, cached: new Uint8Array(), unsynced: [] }, path);
        if ((flags & constants.O_CREAT) === 0) throw new FileError("ENOENT");
        file = { durable: null, cached: new Uint8Array(), unsynced: [] };
        this.#files.set(path, file);
      }
      return this.#enter(file, path);
    },
    closeSync: (fd: number): void => {
      this.#open.delete(fd);
    },
    accessSync: (path: string): void => {
      if (!this.#files.has(path)) throw new FileError("ENOENT");
    },
    fstatSync: (fd: number) => ({ size: this.#file(fd).cached.length }),
    readSync: (
      fd: number,
      buffer: Uint8Array,
      start: number,
      length: number,
      at: number | bigint,
    ) => {
      const offset = Number(at);
      const { cached } = this.#file(fd);
      const part = cached.subarray(offset, offset + length);
      buffer.set(part, start);
      return part.length;
    },
    writeSync: (fd: number, buffer: Uint8Array, start: number, length: number, at: number) => {
      const { file, path } = this.#entry(fd);
      this.#perform("write", path, fd);
      const data = buffer.slice(start, start + length);
      this.#change(file, { kind: "write", offset: at, data });
      return length;
    },
    ftruncateSync: (fd: number, size: number): void => {
      const { file, path } = this.#entry(fd);
      if (size === file.cached.length) return;
      this.#perform("truncate", path, fd);
      this.#change(file, { kind: "truncate", size });
    },
    fsyncSync: (fd: number): void => {
      const { file, path } = this.#entry(fd);
      this.#perform("sync", path, fd);
      file.durable = file.cached.slice();
      file.unsynced = [];
    },
    unlinkSync: (path: string): void => {
      this.#perform("unlink", path, -1);
      if (!this.#files.delete(path)) throw new FileError("ENOENT");
    },
  };

  #enter(file: SimFile, path: string): number {
    const fd = nextFd++;
    this.#open.set(fd, { file, path });
    return fd;
  }

  #entry(fd: number): { file: SimFile; path: string } {
    const entry = this.#open.get(fd);
    if (!entry || !this.isOn) throw new FileError("EIO");
    return entry;
  }

  #file(fd: number): SimFile {
    return this.#entry(fd).file;
  }

  #perform(operation: string, path: string, fd: number): void {
    if (!this.isOn) throw new FileError("EIO");
    this.before(operation, path, fd);
  }

  #change(file: SimFile, change: Change): void {
    file.unsynced.push(change);
    file.cached = applied(file.cached, change);
  }
}

/** @throws FileError, as the operating system's errors look to SQLite's file layer. */
export function refuse(code: "EIO" | "ENOSPC"): never {
  throw new FileError(code);
}

function surviving(unsynced: readonly Change[], cut: PowerCut, chance: Chance): Change[] {
  if (cut === "dropped" || unsynced.length === 0) return [];
  if (cut === "torn") {
    const whole = chance.int(0, unsynced.length);
    return [...unsynced.slice(0, whole), ...torn(unsynced[whole]!, chance)];
  }
  const some = unsynced.filter(() => chance.oneIn(2));
  if (cut === "subset") return some;
  for (let place = some.length - 1; place > 0; place--) {
    const other = chance.int(0, place + 1);
    [some[place], some[other]] = [some[other]!, some[place]!];
  }
  return some;
}

/** Of one write only some sectors, each of them whole. */
function torn(change: Change, chance: Chance): Change[] {
  if (change.kind === "truncate") return chance.oneIn(2) ? [change] : [];
  const parts: Change[] = [];
  const { offset, data } = change;
  for (let at = 0; at < data.length; ) {
    const end = Math.min(data.length, at + SECTOR_BYTES - ((offset + at) % SECTOR_BYTES));
    if (chance.oneIn(2)) {
      parts.push({ kind: "write", offset: offset + at, data: data.subarray(at, end) });
    }
    at = end;
  }
  return parts;
}

function applied(image: Uint8Array, change: Change): Uint8Array {
  if (change.kind === "truncate") {
    const shorter = new Uint8Array(change.size);
    shorter.set(image.subarray(0, change.size));
    return shorter;
  }
  const { offset, data } = change;
  const length = Math.max(image.length, offset + data.length);
  const next = new Uint8Array(length);
  next.set(image);
  next.set(data, offset);
  return next;
}

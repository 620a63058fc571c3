import * as disk from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { EngineError } from "../base/engine-error.ts";

/** The newest record that was ever durable, and its check. */
export interface Mark {
  ts: bigint;
  check: number;
}

/** A file that says how far the log must reach, apart from everything that SQLite's recovery can cut. */
export interface DurableMark {
  /** Null where nothing was marked yet. */
  read(): Mark | null;
  /** To be called only once the record is durable. */
  write(mark: Mark): void;
  /** Makes what was written safe from a power cut. */
  sync(): void;
  close(): void;
}

/** What is used of `node:fs`. */
export type MarkFiles = Pick<
  typeof disk,
  "openSync" | "readSync" | "writeSync" | "fsyncSync" | "closeSync"
>;

export const MARK_FILE = "engine.mark";

/** Apart by more than a sector, so that a write that a power cut tears leaves the other one. */
const PLACES = [0, 4096] as const;
const MAGIC = 0x504d4b31;
const BYTES = 20;

/**
 * Opens the mark of a data folder.
 *
 * SQLite takes damage in its write-ahead log for the end of it, as if the power had failed there, and
 * drops the commits behind. The mark tells the two apart. It is written after each durable append and
 * synced only now and then: after a power cut it may be behind, never ahead.
 *
 * @throws EngineError "DataDamaged" from `read` where there is a mark that says nothing.
 */
export function openDurableMark(dataDir: string, files: MarkFiles = disk): DurableMark {
  const path = join(dataDir, MARK_FILE);
  const fd = files.openSync(path, disk.constants.O_RDWR | disk.constants.O_CREAT, 0o600);
  const buffer = Buffer.alloc(BYTES);
  let next = 0;
  let isSynced = true;
  return {
    read: () => {
      const slots = PLACES.map((place) => readSlot(files, fd, place));
      const marks = slots.map((slot) => decode(slot));
      const [first, second] = marks;
      if (!first && !second) {
        if (slots.every((slot) => slot.every((byte) => byte === 0))) return null;
        throw new EngineError(
          "DataDamaged",
          `The file ${path} is damaged: it does not say how far the log reaches.`,
        );
      }
      const newest = !second || (first && first.ts >= second.ts) ? 0 : 1;
      next = 1 - newest;
      return marks[newest]!;
    },
    write: ({ ts, check }) => {
      buffer.writeUInt32BE(MAGIC, 0);
      buffer.writeBigUInt64BE(ts, 4);
      buffer.writeUInt32BE(check, 12);
      buffer.writeUInt32BE(crc32(buffer.subarray(0, 16)), 16);
      try {
        files.writeSync(fd, buffer, 0, BYTES, PLACES[next]!);
      } catch (error) {
        // The record is safe; without room for the mark it is only not vouched for.
        if ((error as { code?: string }).code === "ENOSPC") return;
        throw asDiskFailed(error);
      }
      next = 1 - next;
      isSynced = false;
    },
    sync: () => {
      if (isSynced) return;
      try {
        files.fsyncSync(fd);
      } catch (error) {
        throw asDiskFailed(error);
      }
      isSynced = true;
    },
    close: () => files.closeSync(fd),
  };
}

function readSlot(files: MarkFiles, fd: number, place: number): Buffer {
  const slot = Buffer.alloc(BYTES);
  files.readSync(fd, slot, 0, BYTES, place);
  return slot;
}

function decode(slot: Buffer): Mark | null {
  if (slot.readUInt32BE(0) !== MAGIC) return null;
  if (slot.readUInt32BE(16) !== crc32(slot.subarray(0, 16))) return null;
  return { ts: slot.readBigUInt64BE(4), check: slot.readUInt32BE(12) };
}

function asDiskFailed(error: unknown): EngineError {
  const { code } = error as { code?: string };
  return new EngineError("DiskFailed", `The disk failed (${code ?? error}).`, { cause: error });
}

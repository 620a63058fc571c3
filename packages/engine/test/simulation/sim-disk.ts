import { EngineError } from "../../src/base/engine-error.ts";
import { openMemoryPersistence } from "../../src/persistence/memory-persistence.ts";
import type { LogRecord, Persistence } from "../../src/persistence/persistence.ts";
import type { Chance } from "./chance.ts";
import { type Sometimes, Violation } from "./facts.ts";
import type { Machine } from "./virtual-time.ts";

type Write<R = unknown> = (disk: Persistence) => R;

/**
 * A disk for the engine's persistence contract, with what the contract leaves open made to happen.
 *
 * It holds every write that a power cut cannot undo, in order, and makes of them what the next start
 * finds. A write in which the power fails, or the disk does, may have happened or not. This is the
 * contract, not SQLite: whether SQLite keeps it is tested on its own, byte by byte.
 */
export class SimDisk {
  readonly #chance: Chance;
  readonly #sometimes: Sometimes;
  readonly #durable: Write[] = [];
  /** Writes that only a kill survives; an honest disk has none between two calls. */
  #cached: Write[] = [];
  /** Told of records once they are what the next start will find. */
  onAppended: (records: readonly LogRecord[]) => void = () => {};
  onViolation: (violation: Violation) => void = () => {};
  /** The oldest commit that was appended and that a power cut can undo; null when there is none. */
  undoableTs: bigint | null = null;
  isFull = false;
  /** The power fails in the write after so many others. */
  powerCutIn: number | null = null;
  onPowerCut: () => void = () => {};
  failsNext = false;
  /** For wrong engines: whether an append is synced before it returns. */
  syncsAppends = true;

  constructor(chance: Chance, sometimes: Sometimes) {
    this.#chance = chance;
    this.#sometimes = sometimes;
  }

  /** What is not synced is gone. */
  losePower(): void {
    this.#cached = [];
    this.undoableTs = null;
  }

  /** The disk as a machine finds it now. Once the machine is off, whatever it tries is nothing. */
  open(machine: Machine): Persistence {
    const state = openMemoryPersistence();
    for (const write of [...this.#durable, ...this.#cached]) write(state);
    const logged = state.readLog().length;
    this.#sometimes.reach(
      logged > 0 ? "the log had records at a restart" : "the tables had everything at a restart",
    );
    let hasFailed = false;
    const perform = <R>(write: Write<R>, records: readonly LogRecord[] = []): R => {
      if (!machine.isOn) throw new Error("The power is off.");
      if (hasFailed) this.onViolation(new Violation("C3", "written to after a failed write"));
      if (this.isFull) throw new EngineError("DiskFull", "The disk is full.", { retryable: true });
      const happens = this.#chance.oneIn(2);
      const apply = () => {
        const result = write(state);
        if (records.length > 0 && !this.syncsAppends) {
          this.#cached.push(write);
          this.undoableTs ??= records[0]!.ts;
        } else {
          this.#durable.push(...this.#cached, write);
          this.#cached = [];
          this.undoableTs = null;
        }
        if (records.length > 0) this.onAppended(records);
        return result;
      };
      if (this.failsNext) {
        this.failsNext = false;
        hasFailed = true;
        if (happens) apply();
        this.#sometimes.reach(
          `the disk failed within a write that ${happens ? "happened" : "did not"}`,
        );
        throw new EngineError("DiskFailed", "The disk failed (EIO).");
      }
      if (this.powerCutIn !== null && this.powerCutIn-- === 0) {
        this.powerCutIn = null;
        if (happens) apply();
        this.#sometimes.reach(
          `power failed within a write that ${happens ? "happened" : "did not"}`,
        );
        this.onPowerCut();
        throw new Error("The power is off.");
      }
      return apply();
    };
    return {
      ...state,
      writeSetting: (name, value) => perform((disk) => disk.writeSetting(name, value)),
      appendLog: (records) => perform((disk) => disk.appendLog(records), records),
      applyBase: (batch) => {
        perform((disk) => disk.applyBase(batch));
        this.#sometimes.reach("commits moved into the tables");
      },
      forgetRequests: (...bounds) => perform((disk) => disk.forgetRequests(...bounds)),
      addEntries: (...entries) => perform((disk) => disk.addEntries(...entries)),
      checkpoint: () => perform(() => {}),
      dropIndex: (index) => perform((disk) => disk.dropIndex(index)),
      close: () => {},
    };
  }
}

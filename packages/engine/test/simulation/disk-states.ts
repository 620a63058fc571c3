import { tmpdir } from "node:os";
import { EngineError } from "../../src/base/engine-error.ts";
import { type MarkFiles, openDurableMark } from "../../src/persistence/durable-mark.ts";
import { failStop } from "../../src/persistence/fail-stop.ts";
import type { Persistence } from "../../src/persistence/persistence.ts";
import { openSqlitePersistence } from "../../src/persistence/sqlite-persistence.ts";
import { Chance } from "./chance.ts";
import { contentsAlong, contentsOf, type DiskWork, drawWork } from "./disk-work.ts";
import { hold } from "./facts.ts";
import { POWER_CUTS, type PowerCut, refuse, SimFiles } from "./sim-files.ts";
import { mount } from "./wasm-database.ts";

/** Only named, never written: all files in it are simulated. */
const FOLDER = tmpdir();

export function openOn(files: SimFiles): Persistence {
  mount(files);
  return openSqlitePersistence(FOLDER, (folder) =>
    openDurableMark(folder, files.fs as unknown as MarkFiles),
  );
}

export interface DiskFigures {
  states: number;
  storageOperations: number;
}

/** A use of a data folder, with what it must contain after each step. */
export interface Recorded {
  works: DiskWork[];
  contents: string[];
}

export function record(seed: number, count: number): Recorded {
  const works = drawWork(new Chance(seed), count);
  return { works, contents: contentsAlong(works) };
}

/** A place to stop: between two storage operations, with the files as they are then. */
type AtStop = (operation: number, done: number, files: SimFiles) => void;

/** Does the works on the real code, and stops before every storage operation. */
function walk(
  { works }: Recorded,
  atStop: AtStop,
  afterStep: () => void,
  openNow: typeof openOn,
): number {
  const files = new SimFiles();
  let operations = 0;
  let done = -1;
  files.before = () => {
    if (done >= 0) atStop(operations, done, files);
    operations++;
  };
  const disk = openNow(files);
  done = 0;
  for (const work of works) {
    work(disk);
    done++;
    afterStep();
  }
  atStop(operations, done, files);
  afterStep();
  files.before = () => {};
  disk.close();
  return operations;
}

/**
 * C2: the power fails at every storage operation, in every way; what is found then is what was there
 * before the step under way, or after it, and all that was done before.
 */
export function cutPowerEverywhere(
  recorded: Recorded,
  seed: number,
  cuts: readonly PowerCut[] = POWER_CUTS,
  openNow = openOn,
): DiskFigures {
  const chance = new Chance(seed, 2);
  let states = 0;
  let left: Array<{ files: SimFiles; done: number; what: () => string }> = [];
  const storageOperations = walk(
    recorded,
    (operation, done, running) => {
      for (const cut of cuts) {
        const files = new SimFiles(running.imagesAfter(cut, chance));
        const what = () => `power cut (${cut}) at storage operation ${operation}, step ${done}`;
        left.push({ files, done, what });
      }
    },
    // Between two steps, when no SQLite is in the middle of something.
    () => {
      for (const { files, done, what } of left) {
        checkRecovered(files, recorded, done, what, chance);
        states++;
      }
      left = [];
    },
    openNow,
  );
  return { states, storageOperations };
}

/** Opens what is left, and opens it again (C6): both must show the same, and go on. */
function checkRecovered(
  files: SimFiles,
  { contents }: Recorded,
  done: number,
  what: () => string,
  chance: Chance,
): void {
  const found = readAll(files, what);
  const isPrefix = found === contents[done] || found === contents[done + 1];
  hold(isPrefix, "C2", () => `after a ${what()}: ${describeDifference(found, contents, done)}`);
  if (!chance.oneIn(8)) return;
  // Once more, and the power fails while that start recovers.
  const again = new SimFiles(files.imagesAfter(chance.pick(POWER_CUTS), chance));
  const second = readAll(again, what);
  hold(second === found, "C6", () => `a second recovery differs from the first after a ${what()}`);
}

function readAll(files: SimFiles, what: () => string): string {
  let disk: Persistence | null = null;
  try {
    disk = openOn(files);
    return contentsOf(disk);
  } catch (error) {
    hold(false, "C2", () => `after a ${what()} the folder does not open: ${error}`);
    return "";
  } finally {
    // The process dies: nothing that closing would write happens.
    files.isOn = false;
    closeQuietly(disk);
  }
}

function closeQuietly(disk: Persistence | null): void {
  try {
    disk?.close();
  } catch {
    // Its files are gone, as they should be.
  }
}

function describeDifference(found: string, contents: readonly string[], done: number): string {
  const earlier = contents.indexOf(found);
  if (earlier >= 0) return `it has what was there at step ${earlier}, but ${done} were durable`;
  return "it has something that was never there";
}

/** C3: the sync after so many fails. Nothing may be promised, written or synced after it. */
export function failEverySync(recorded: Recorded, seed: number, every = 1): DiskFigures {
  const chance = new Chance(seed, 3);
  const total = countOperations(recorded, "sync");
  let states = 0;
  for (let failing = 0; failing < total; failing += every) {
    const files = new SimFiles();
    let syncs = 0;
    let isStarted = false;
    let failedFd: number | null = null;
    let afterwards = 0;
    files.before = (operation, _path, fd) => {
      if (failedFd !== null && (operation === "sync" || operation === "write")) afterwards++;
      if (!isStarted || operation !== "sync" || syncs++ !== failing) return;
      failedFd = fd;
      refuse("EIO");
    };
    let told = 0;
    const disk = failStop(openOn(files), () => told++);
    isStarted = true;
    let done = 0;
    let kind = "";
    for (const work of recorded.works) {
      try {
        work(disk);
        done++;
      } catch (error) {
        kind = error instanceof EngineError ? error.kind : String(error);
        break;
      }
    }
    if (failedFd === null) break;
    hold(kind === "DiskFailed", "C3", () => `sync ${failing} failed and was told as ${kind}`);
    hold(told === 1, "C3", () => `sync ${failing} failed and ${told} times the host was told`);
    const whileFailing = afterwards;
    for (const work of recorded.works.slice(done, done + 3)) {
      try {
        work(disk);
        hold(false, "C3", () => `a write after the failed sync ${failing} was promised`);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
      }
    }
    hold(afterwards === whileFailing, "C3", () => `the disk was used after sync ${failing} failed`);
    // The system has marked the pages clean: some are on the disk, and it shows all of them.
    const cut = chance.pick(["kept", ...POWER_CUTS] as const);
    const left = new SimFiles(files.imagesAfter(cut, chance));
    files.isOn = false;
    closeQuietly(disk);
    checkRecovered(left, recorded, done, () => `failed sync ${failing} and ${cut} pages`, chance);
    states++;
  }
  return { states, storageOperations: total };
}

/** C4: there is no room for the write after so many, and for some after it; then there is. */
export function fillTheDisk(recorded: Recorded, seed: number, every = 1): DiskFigures {
  const chance = new Chance(seed, 4);
  const total = countOperations(recorded, "write");
  let states = 0;
  for (let full = 0; full < total; full += every) {
    const files = new SimFiles();
    let writes = 0;
    let isStarted = false;
    let refusals = chance.int(1, 4);
    files.before = (operation) => {
      if (!isStarted || operation !== "write" || writes++ < full) return;
      if (refusals > 0) refuse("ENOSPC");
    };
    const disk = failStop(openOn(files), () => hold(false, "C4", () => "no room became a failure"));
    isStarted = true;
    let refused = 0;
    for (const [step, work] of recorded.works.entries()) {
      for (;;) {
        try {
          work(disk);
          break;
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          hold(error.kind === "DiskFull" && error.retryable, "C4", () => `told as ${error.kind}`);
          refused++;
          refusals--;
          const found = contentsOf(disk);
          hold(
            found === recorded.contents[step],
            "C4",
            () => `step ${step} was refused by write ${full} and left something`,
          );
        }
      }
      if (refused > 0 && step > 3 && refusals <= 0 && chance.oneIn(10)) {
        const found = contentsOf(disk);
        const expected = recorded.contents[step + 1];
        hold(found === expected, "C4", () => `step ${step} after a full disk went wrong`);
        break;
      }
    }
    files.isOn = false;
    closeQuietly(disk);
    states++;
  }
  return { states, storageOperations: total };
}

function countOperations(recorded: Recorded, wanted: string): number {
  const files = new SimFiles();
  const disk = openOn(files);
  let count = 0;
  files.before = (operation) => {
    if (operation === wanted) count++;
  };
  for (const work of recorded.works) work(disk);
  files.isOn = false;
  closeQuietly(disk);
  return count;
}

import { randomInt } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EngineError } from "../src/base/engine-error.ts";
import { MARK_FILE } from "../src/persistence/durable-mark.ts";
import type { Persistence } from "../src/persistence/persistence.ts";
import { openSqlitePersistence } from "../src/persistence/sqlite-persistence.ts";
import { withFolder } from "./rig.ts";
import { Chance } from "./simulation/chance.ts";
import { contentsAlong, contentsOf, type DiskWork, drawWork } from "./simulation/disk-work.ts";

const SEED = Number(process.env.PARLEY_SEED ?? randomInt(1, 1_000_000));
const CASES = Number(process.env.PARLEY_DAMAGES ?? 12_500);
/** Seeds that once found something: a file so short that SQLite calls it the disk's trouble. */
const KEPT_SEEDS = [825_467];
const KEPT_CASES = 2_000;
const BLOCK = 4096;

/** Every way in which bytes that were once safe come back as others. */
const DAMAGES: Record<string, (bytes: Buffer, chance: Chance) => Buffer> = {
  "a flipped bit": (bytes, chance) => {
    const at = chance.int(0, bytes.length);
    bytes[at] = bytes[at]! ^ (1 << chance.int(0, 8));
    return bytes;
  },
  "a cut end": (bytes, chance) => bytes.subarray(0, chance.int(0, bytes.length)),
  "a zeroed block": (bytes, chance) => {
    const at = blockOf(bytes, chance);
    return bytes.fill(0, at, Math.min(at + BLOCK, bytes.length));
  },
  "a zeroed sector": (bytes, chance) => {
    const at = chance.int(0, Math.ceil(bytes.length / 512)) * 512;
    return bytes.fill(0, at, Math.min(at + 512, bytes.length));
  },
  "two swapped blocks": (bytes, chance) => {
    const [a, b] = [blockOf(bytes, chance), blockOf(bytes, chance)];
    const first = Buffer.from(bytes.subarray(a, a + BLOCK));
    bytes.copy(bytes, a, b, b + BLOCK);
    if (a !== b) first.copy(bytes, b);
    return bytes;
  },
  "a block in the place of another": (bytes, chance) => {
    const [from, to] = [blockOf(bytes, chance), blockOf(bytes, chance)];
    bytes.copy(bytes, to, from, from + BLOCK);
    return bytes;
  },
};

function blockOf(bytes: Buffer, chance: Chance): number {
  return chance.int(0, Math.max(1, Math.floor(bytes.length / BLOCK))) * BLOCK;
}

interface Left {
  dir: string;
  /** What may be read in it: what is newest, and what was before writes that nobody was promised. */
  allowed: ReadonlySet<string>;
}

/** A folder after a process was killed in it, and one that was closed. */
function leaveFolders(dir: string, works: readonly DiskWork[], lastAppend: number): Left[] {
  const running = join(dir, "running");
  const disk = openSqlitePersistence(running);
  for (const work of works) work(disk);
  cpSync(running, join(dir, "killed"), { recursive: true });
  disk.close();
  const contents = contentsAlong(works);
  const newest = contents.slice(-1);
  return [
    { dir: join(dir, "killed"), allowed: new Set(contents.slice(lastAppend + 1)) },
    { dir: running, allowed: new Set(newest) },
  ];
}

function tryToRead(dir: string): { found: string } | { refusal: string } {
  let disk: Persistence | null = null;
  try {
    disk = openSqlitePersistence(dir);
    return { found: contentsOf(disk) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { refusal: `${error.kind}: ${error.message}` };
  } finally {
    disk?.close();
  }
}

it(
  `[PE5] C5: no damage to the files of a data folder shows as data (seed ${SEED})`,
  {
    timeout: 300_000,
  },
  () => damageFolders(SEED, CASES),
);

it.each(KEPT_SEEDS)("[PE5] C5: what seed %i once found stays found", { timeout: 120_000 }, (seed) =>
  damageFolders(seed, KEPT_CASES),
);

function damageFolders(seed: number, cases: number): void {
  // Nothing here needs a disk: what was safe is damaged.
  const root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "parley-damage-"));
  try {
    const chance = new Chance(seed);
    const tally = new Map<string, number>();
    const broken: string[] = [];
    for (let round = 0; round < 4; round++) {
      const works = drawWork(new Chance(seed + round), 60);
      let lastAppend = -1;
      for (const [step, work] of works.entries()) if (isAppend(work)) lastAppend = step;
      const folders = leaveFolders(join(root, String(round)), works, lastAppend);
      for (let n = 0; n < cases / 4; n++) {
        const { dir, allowed } = chance.pick(folders);
        const trial = join(root, "trial");
        rmSync(trial, { recursive: true, force: true });
        cpSync(dir, trial, { recursive: true });
        const file = chance.pick(readdirSync(trial).filter((name) => !name.endsWith("-shm")));
        const kind = chance.pick(Object.keys(DAMAGES));
        const before = readFileSync(join(trial, file));
        const after = DAMAGES[kind]!(Buffer.from(before), chance);
        writeFileSync(join(trial, file), after);
        const isChanged = !before.equals(after);
        const outcome = tryToRead(trial);
        const isDetected = "refusal" in outcome;
        const verdict = isDetected ? "detected" : isChanged ? "harmless" : "no change";
        tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
        const what = `round ${round}, case ${n}: ${kind} in ${file} of ${dir}`;
        if ("found" in outcome && !allowed.has(outcome.found)) broken.push(`wrong data: ${what}`);
        if (isDetected && !isChanged) broken.push(`refused without damage: ${what}`);
        // Whoever is refused is told where, and only for damage.
        if (
          isDetected &&
          !/^DataDamaged: .*engine\.(sqlite|mark)|^StoreVersionTooNew/.test(outcome.refusal)
        ) {
          broken.push(`${outcome.refusal}: ${what}`);
        }
      }
    }
    console.log(`C5, seed ${seed}: ${JSON.stringify(Object.fromEntries(tally))}`);
    expect(broken).toEqual([]);
    // How much of a folder bears on what is read differs from seed to seed: 24 and 27 % were seen.
    expect(tally.get("detected")).toBeGreaterThan(cases / 10);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Whether a work makes a promise: it is asked to do it, to somebody who only notes that. */
function isAppend(work: DiskWork): boolean {
  let appends = false;
  const ear = new Proxy({} as Persistence, {
    get: (_target, name) => () => {
      appends ||= name === "appendLog";
    },
  });
  work(ear);
  return appends;
}

it("[PE5] a log that ends too early is refused, with the file, and a torn end is not", async () => {
  await withFolder(async (dir) => {
    const disk = openSqlitePersistence(join(dir, "a"));
    disk.appendLog([{ ts: 1n, body: "one" }]);
    cpSync(join(dir, "a", MARK_FILE), join(dir, "early"));
    disk.appendLog([{ ts: 2n, body: "two" }]);
    cpSync(join(dir, "a"), join(dir, "b"), { recursive: true });
    disk.close();
    const log = join(dir, "b", "engine.sqlite-wal");
    const bytes = readFileSync(log);
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(log, bytes);
    cpSync(join(dir, "b"), join(dir, "torn"), { recursive: true });
    expect(() => openSqlitePersistence(join(dir, "b"))).toThrow(
      /^The files engine\.sqlite and engine\.sqlite-wal end with commit 1, but commit 2 was on the disk; .* remove the file engine\.mark .*\.$/,
    );
    // A power cut leaves an older mark: then the end may be one that nobody was promised.
    cpSync(join(dir, "early"), join(dir, "torn", MARK_FILE));
    const cut = openSqlitePersistence(join(dir, "torn"));
    expect(cut.readLog()).toEqual([{ ts: 1n, body: "one" }]);
    cut.close();
  });
});

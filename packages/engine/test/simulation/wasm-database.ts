import { constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Database as WasmDatabase, Statement as WasmStatement } from "node-sqlite3-wasm";
import { SimFiles } from "./sim-files.ts";

/**
 * SQLite itself, compiled to WebAssembly, on simulated files, with the face of better-sqlite3: the
 * engine's own code for its data folder runs on it unchanged.
 *
 * Differences that remain: no shared memory, so the write-ahead log's index lives in the heap (locking
 * mode EXCLUSIVE, which changes nothing that is written); a sector of 4096 bytes.
 */

const require = createRequire(import.meta.url);
let mounted = new SimFiles();

/** Each descriptor belongs to the files that it was opened on, whatever is mounted since. */
const owners = new Map<number, SimFiles>();
const simulated: Record<string, unknown> = {
  constants,
  openSync: (path: string, flags: number | string) => {
    const fd = mounted.fs.openSync(path, flags);
    owners.set(fd, mounted);
    return fd;
  },
  closeSync: (fd: number) => {
    owners.get(fd)?.fs.closeSync(fd);
    owners.delete(fd);
  },
  accessSync: (path: string) => mounted.fs.accessSync(path),
  unlinkSync: (path: string) => mounted.fs.unlinkSync(path),
  fstatSync: (fd: number) => owners.get(fd)!.fs.fstatSync(fd),
  readSync: (fd: number, ...rest: [Uint8Array, number, number, number]) =>
    owners.get(fd)!.fs.readSync(fd, ...rest),
  writeSync: (fd: number, ...rest: [Uint8Array, number, number, number]) =>
    owners.get(fd)!.fs.writeSync(fd, ...rest),
  ftruncateSync: (fd: number, size: number) => owners.get(fd)!.fs.ftruncateSync(fd, size),
  fsyncSync: (fd: number) => owners.get(fd)!.fs.fsyncSync(fd),
  // SQLite's lock is a folder here; only one process ever uses these files.
  mkdirSync: () => {},
  rmdirSync: () => {},
};

/** The files that databases opened from now on are in. */
export function mount(files: SimFiles): void {
  mounted = files;
}

const { Database: Wasm } = loadOnSimulatedFiles();

/** The package as it ships, but that `node:fs` means the mounted files to it. */
function loadOnSimulatedFiles(): { Database: typeof WasmDatabase } {
  const file = require.resolve("node-sqlite3-wasm");
  const shipped = readFileSync(file, "utf8");
  // As SQLite's own layer for Unix has it: no room is another error than a broken disk.
  const source = shipped.replace(
    "SQLITE_IOERR_WRITE:SQLITE_OK}catch{return SQLITE_IOERR_WRITE}",
    'SQLITE_IOERR_WRITE:SQLITE_OK}catch(e){return e.code==="ENOSPC"?13:SQLITE_IOERR_WRITE}',
  );
  if (source === shipped) throw new Error("node-sqlite3-wasm writes in another way than it did.");
  const real = require("node:fs") as Record<string, unknown>;
  // Whatever is not simulated is for the package to find its own parts.
  const fs = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_target, name: string) => simulated[name] ?? real[name],
    },
  );
  const module = { exports: {} as { Database: typeof WasmDatabase } };
  const load = new Function("require", "module", "exports", "__dirname", "__filename", source);
  load(
    (name: string) => (name === "node:fs" ? fs : require(name)),
    module,
    module.exports,
    dirname(file),
    file,
  );
  return module.exports;
}

type Bound = string | number | bigint | null | Uint8Array;
type Row = Record<string, unknown>;

/** What better-sqlite3 calls `Statement`, as far as the engine uses it. */
class Statement {
  readonly #statement: WasmStatement;
  #isPlucked = false;
  #hasBigInts = false;

  constructor(statement: WasmStatement) {
    this.#statement = statement;
  }

  /** Without it, what is closed keeps its memory, of which there is little. */
  finalize(): void {
    this.#statement.finalize();
  }

  pluck(): this {
    this.#isPlucked = true;
    return this;
  }

  safeIntegers(): this {
    this.#hasBigInts = true;
    return this;
  }

  run(...values: Bound[]) {
    return orCoded(() => this.#again(() => this.#statement.run(values)));
  }

  get(...values: Bound[]): unknown {
    // `get` there leaves the statement open, which would keep checkpoints waiting.
    return this.all(...values)[0];
  }

  all(...values: Bound[]): unknown[] {
    const rows = orCoded(() => this.#again(() => this.#statement.all(values))) as Row[];
    return rows.map((row) => this.#shape(row));
  }

  *iterate(...values: Bound[]): Generator<unknown> {
    yield* this.all(...values);
  }

  /** A statement that has failed is told of it once more when it is used next, and is then as new. */
  #again<T>(use: () => T): T {
    try {
      return use();
    } catch (error) {
      if (String(error).includes("Could not reset statement")) return use();
      throw error;
    }
  }

  #shape(row: Row): unknown {
    for (const [name, value] of Object.entries(row)) {
      if (value instanceof Uint8Array) row[name] = Buffer.from(value);
      else if (this.#hasBigInts && typeof value === "number") row[name] = BigInt(value);
    }
    return this.#isPlucked ? Object.values(row)[0] : row;
  }
}

export default class Database {
  readonly #db: WasmDatabase;
  readonly #statements: Statement[] = [];

  constructor(path: string) {
    this.#db = orCoded(() => new Wasm(path));
    orCoded(() => this.#db.exec("PRAGMA locking_mode = EXCLUSIVE"));
  }

  pragma(text: string, { simple = false } = {}): unknown {
    const rows = orCoded(() => this.#db.all(`PRAGMA ${text}`)) as Row[];
    return simple ? Object.values(rows[0] ?? {})[0] : rows;
  }

  exec(sql: string): void {
    orCoded(() => this.#db.exec(sql));
  }

  function(name: string, _options: unknown, work: (...values: Bound[]) => Bound): void {
    this.#db.function(name, work as Parameters<WasmDatabase["function"]>[1]);
  }

  prepare(sql: string): Statement {
    const statement = new Statement(orCoded(() => this.#db.prepare(sql)));
    this.#statements.push(statement);
    return statement;
  }

  transaction<A extends unknown[], R>(work: (...args: A) => R) {
    const run = (...args: A): R => {
      this.exec("BEGIN");
      try {
        const result = work(...args);
        this.exec("COMMIT");
        return result;
      } catch (error) {
        try {
          if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
        } catch {
          // The disk is gone; so is the transaction.
        }
        throw error;
      }
    };
    // There is nobody else who could begin one.
    return Object.assign(run, { immediate: run });
  }

  close(): void {
    for (const statement of this.#statements.splice(0)) statement.finalize();
    orCoded(() => this.#db.close());
  }
}

/** SQLite's errors come as sentences here, as codes from better-sqlite3. */
const CODES: Record<string, string> = {
  "database or disk is full": "SQLITE_FULL",
  "disk I/O error": "SQLITE_IOERR",
  "database disk image is malformed": "SQLITE_CORRUPT",
  "file is not a database": "SQLITE_NOTADB",
};

function orCoded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    for (const [sentence, code] of Object.entries(CODES)) {
      if (text.includes(sentence)) throw Object.assign(new Error(text, { cause: error }), { code });
    }
    throw error;
  }
}

// Who may import whom, and which ambient powers the engine's rooms may reach for: the one table.
// `import-rules.test.ts` holds every source file against it; ARCHITECTURE.md explains it.

/** A room: the files under `folder`, and what those files may import besides their own room. */
export interface Room {
  name: string;
  /** Path prefixes, or exact files. The longest match over all rooms decides where a file lives. */
  paths: string[];
  /** Names of rooms. */
  mayImport: string[];
  /** Names of rooms whose types it may name without being able to touch anything of them. */
  mayImportTypes?: string[];
  /** Package names, or "*" for any. */
  packages: string[];
  why: string;
}

/** Node's own modules, spelled with `node:`, count as this package. */
export const NODE = "node:*";

const engineGround = ["engine/base", "engine/values"];
const engineMiddle = ["engine/schema", "engine/protocol", "engine/identity", "engine/persistence"];
const engineUpper = ["engine/store", "engine/subscriptions", "engine/files", "engine/runtime"];
const engineTop = ["engine/scheduler", "engine/sync", "engine/http", "engine/codegen"];
const engineRooms = [...engineGround, ...engineMiddle, ...engineUpper, ...engineTop];

const e = (folder: string) => [`packages/engine/src/${folder}/`];

export const rooms: Room[] = [
  {
    name: "shared",
    paths: ["shared/"],
    mayImport: [],
    packages: [],
    why: "shared is the pure ground floor of app and functions: it imports nothing",
  },
  {
    name: "generated",
    paths: ["convex/_generated/"],
    mayImport: ["convex", "convex/model", "shared"],
    packages: ["convex"],
    why: "generated files name the functions and the stock package only",
  },
  {
    name: "convex",
    paths: ["convex/"],
    mayImport: ["convex/model", "shared", "generated"],
    packages: ["convex", "convex-helpers"],
    why: "hosted Convex must accept the functions: convex, convex-helpers, model, shared, _generated",
  },
  {
    name: "convex/model",
    paths: ["convex/model/"],
    mayImport: ["shared", "generated"],
    packages: ["convex", "convex-helpers"],
    why: "the rules are plain functions of ctx and know no entry point above them",
  },
  {
    name: "lib",
    paths: ["lib/"],
    mayImport: ["shared"],
    packages: ["*"],
    why: "lib is glue without a feature",
  },
  {
    name: "components",
    paths: ["components/"],
    mayImport: ["lib", "shared"],
    packages: ["*"],
    why: "primitives know no noun of ours",
  },
  {
    name: "language",
    paths: ["features/language/"],
    mayImport: ["lib", "shared"],
    packages: ["*"],
    why: "the texts know no feature, so that whoever speaks to people may take their words from here",
  },
  {
    name: "auth/inside",
    paths: ["auth/embedded/", "auth/clerk/"],
    mayImport: ["auth", "components", "language", "lib", "shared", "generated"],
    packages: ["*"],
    why: "a provider stands behind the auth door",
  },
  {
    name: "auth",
    paths: ["auth/"],
    mayImport: ["auth/inside", "components", "language", "lib", "shared", "generated"],
    packages: ["*"],
    why: "the auth door picks the provider and decides nothing about data",
  },
  {
    name: "features",
    paths: ["features/"],
    mayImport: ["auth", "components", "language", "lib", "shared", "generated"],
    packages: ["*"],
    why: "features know the auth door, the primitives, lib, shared and the generated names, never a provider or a function file",
  },
  {
    name: "app",
    paths: ["app/", "proxy.ts"],
    mayImport: [
      "features",
      "language",
      "auth",
      "auth/inside",
      "components",
      "lib",
      "shared",
      "generated",
    ],
    packages: ["*"],
    why: "routes compose features and decide nothing",
  },
  {
    name: "server",
    paths: ["server/"],
    mayImport: ["auth", "auth/inside", "lib", "shared", "engine", "stand-ins"],
    packages: ["*", NODE],
    why: "one process mounts pages and engine; it knows the engine by its door",
  },
  {
    name: "engine",
    // core.ts wires what has no door to the outside, so that the testing door can use it in memory.
    paths: [
      "packages/engine/src/engine.ts",
      "packages/engine/src/core.ts",
      "packages/engine/src/index.ts",
    ],
    mayImport: engineRooms,
    packages: ["*", NODE],
    why: "engine.ts and its core.ts are the only files that wire rooms",
  },
  {
    name: "engine/testing",
    paths: e("testing"),
    mayImport: ["engine", ...engineRooms],
    packages: ["convex", NODE],
    why: "the testing door runs the real engine in memory",
  },
  {
    name: "engine/cli",
    paths: e("cli"),
    mayImport: ["engine", ...engineRooms],
    packages: ["*", NODE],
    why: "the command line stands above everything",
  },
  engineRoom("base", []),
  engineRoom("values", ["engine/base"]),
  ...["schema", "protocol", "identity", "persistence"].map((name) =>
    engineRoom(name, engineGround),
  ),
  engineRoom("store", [...engineGround, ...engineMiddle]),
  ...["subscriptions", "files"].map((name) =>
    engineRoom(name, [...engineGround, ...engineMiddle, "engine/store"]),
  ),
  engineRoom("runtime", [
    ...engineGround,
    ...engineMiddle,
    "engine/store",
    "engine/subscriptions",
    "engine/files",
  ]),
  engineRoom("scheduler", [...engineGround, ...engineMiddle, ...engineUpper]),
  {
    ...engineRoom("sync", [
      ...engineGround,
      ...engineMiddle,
      "engine/subscriptions",
      "engine/runtime",
      "engine/scheduler",
    ]),
    // What a commit publishes has the store's shape; news may be described without being fetched.
    mayImportTypes: ["engine/store"],
    why: "sync sees queries and their subscriptions; it never touches the store",
  },
  ...["http", "codegen"].map((name) =>
    engineRoom(name, [
      ...engineGround,
      ...engineMiddle,
      ...engineUpper,
      "engine/scheduler",
      "engine/sync",
    ]),
  ),
  {
    name: "engine/other",
    paths: ["packages/engine/"],
    mayImport: ["engine", "engine/testing", "engine/cli", ...engineRooms],
    packages: ["*", NODE],
    why: "the engine imports nothing of the product",
  },
  {
    name: "stand-ins",
    paths: ["server/stand-ins/"],
    mayImport: [],
    packages: ["*", NODE],
    why: "what plays a service elsewhere in tests knows nothing of the product",
  },
  {
    name: "tests and tools",
    paths: ["e2e/", "bench/", "scripts/"],
    mayImport: ["shared", "generated", "lib", "engine", "engine/testing", "stand-ins"],
    packages: ["*", NODE],
    why: "tests and tools drive the product from outside, by its doors",
  },
];

function engineRoom(folder: string, mayImport: string[]): Room {
  return {
    name: `engine/${folder}`,
    paths: e(folder),
    mayImport,
    packages: ["*", NODE],
    why: "inside the engine calls go down: base, values, schema/protocol/identity/persistence, store, subscriptions/files, runtime, scheduler, sync, http/codegen",
  };
}

/** Powers that a simulation must be able to replace, and the files of the engine that may hold them. */
export const ambientPowers: { name: string; allowedIn: string[] }[] = [
  { name: "clock", allowedIn: [] },
  { name: "random", allowedIn: [] },
  { name: "timer", allowedIn: [] },
  { name: "network", allowedIn: [] },
  {
    name: "disk",
    allowedIn: [
      // The folder lock is the adapter of one thing the disk can do: be held by one process.
      "packages/engine/src/persistence/durable-mark.ts",
      "packages/engine/src/persistence/folder-lock.ts",
      "packages/engine/src/persistence/function-log.ts",
      "packages/engine/src/persistence/stuck-calls.ts",
      // SQLite needs a path and a folder that exists; everything above sees only the persistence port.
      "packages/engine/src/persistence/sqlite-persistence.ts",
      // The bytes of stored files; everything above sees only the port beside it.
      "packages/engine/src/files/disk-files.ts",
      // Somebody's functions are files; they are found and bundled once, when the engine opens.
      "packages/engine/src/runtime/function-files.ts",
      "packages/engine/src/runtime/watch-sources.ts",
      "packages/engine/src/runtime/bundle-functions.ts",
      "packages/engine/src/runtime/load-functions.ts",
      // Both read and write source folders for a person at a terminal, never for a request.
      "packages/engine/src/codegen/",
      "packages/engine/src/cli/",
    ],
  },
  { name: "console", allowedIn: ["packages/engine/src/cli/"] },
];

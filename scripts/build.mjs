// Builds what `npm start` serves, and only what has changed since. Plain Node at import time: esbuild
// is loaded when it is needed, after the installation.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWorker, WORKER_FILE } from "./build-worker.mjs";
import { hasVendoredEmoji, VENDORED_EMOJI, vendorEmoji } from "./vendor-emoji.mjs";

const BUNDLES = ".parley";
const SERVER_BUNDLE = `${BUNDLES}/server.mjs`;
const PEOPLE_BUNDLE = `${BUNDLES}/people.mjs`;
const STAMPS = ".parley/stamps.json";

const SHARED_SOURCES = ["package-lock.json", "tsconfig.json", "auth", "lib", "shared"];
const SERVER_SOURCES = [
  ...SHARED_SOURCES,
  ...["server", "features/language", "packages/engine/src", "scripts/build.mjs"],
];
const PAGES_SOURCES = [
  ...SHARED_SOURCES,
  ...["app", "features", "components", "public", "convex/_generated"],
  ...["proxy.ts", "next.config.ts", "postcss.config.mjs", "scripts/vendor-emoji.mjs"],
  "scripts/build-worker.mjs",
];

/** Whether the server's bundle is older than its sources. */
export function needsServerBundle(rootDir) {
  const isThere = [SERVER_BUNDLE, PEOPLE_BUNDLE].every((path) => existsSync(join(rootDir, path)));
  return !isThere || readStamps(rootDir).server !== fingerprint(rootDir, SERVER_SOURCES);
}

/** Bundles the server, and the command on accounts, with our own engine in it; installed packages stay outside. */
export async function bundleServer(rootDir) {
  const stamp = fingerprint(rootDir, SERVER_SOURCES);
  const { build, stop } = await import("esbuild");
  await build({
    absWorkingDir: rootDir,
    entryPoints: { server: "server/main.ts", people: "server/people.ts" },
    outdir: BUNDLES,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    packages: "external",
    alias: {
      "@": rootDir.replace(/\/$/, ""),
      "@parley/engine": join(rootDir, "packages/engine/src/index.ts"),
    },
    sourcemap: true,
    logLevel: "warning",
  });
  // Its process would stay for as long as ours.
  await stop();
  writeStamp(rootDir, "server", stamp);
}

/** @returns The bundle's URL, for `import()`. */
export function serverBundleUrl(rootDir) {
  return new URL(`file://${join(rootDir, SERVER_BUNDLE)}`).href;
}

/** The same for the operator's command on accounts. */
export function peopleBundleUrl(rootDir) {
  return new URL(`file://${join(rootDir, PEOPLE_BUNDLE)}`).href;
}

/** Whether the pages' build is older than its sources. */
export function needsPagesBuild(rootDir) {
  const isThere = [".next/BUILD_ID", WORKER_FILE].every((path) => existsSync(join(rootDir, path)));
  if (!isThere || !hasVendoredEmoji(rootDir)) return true;
  return readStamps(rootDir).pages !== fingerprint(rootDir, PAGES_SOURCES);
}

/**
 * Builds the pages.
 * @param run Runs a program to its end and rejects when it fails, having shown its output.
 */
export async function buildPages(rootDir, run) {
  const stamp = fingerprint(rootDir, PAGES_SOURCES);
  // A build that is cut off halfway must not pass for a whole one.
  rmSync(join(rootDir, ".next/BUILD_ID"), { force: true });
  vendorEmoji(rootDir);
  // `next.config.ts` takes it from here, so that pages and worker know the build by one name.
  process.env.PARLEY_BUILD_ID ??= randomUUID();
  await run(process.execPath, [join(rootDir, "node_modules/next/dist/bin/next"), "build"]);
  await buildWorker(rootDir, process.env.PARLEY_BUILD_ID);
  writeStamp(rootDir, "pages", stamp);
}

/** Whether the generated names of the functions are there. They are kept up to date by `codegen`. */
export function needsCodegen(rootDir) {
  return !existsSync(join(rootDir, "convex/_generated/api.js"));
}

/** The program and arguments that generate them. */
export function codegenCommand(rootDir) {
  const program = join(rootDir, "packages/engine/bin/parley-engine.mjs");
  return [process.execPath, [program, "codegen", "--functions", join(rootDir, "convex")]];
}

function fingerprint(rootDir, sources) {
  const hash = createHash("sha256").update(process.versions.modules);
  for (const path of sources.flatMap((source) => listFiles(rootDir, source)).sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(join(rootDir, path)));
  }
  return hash.digest("hex");
}

function listFiles(rootDir, path) {
  if (!existsSync(join(rootDir, path))) return [];
  try {
    const entries = readdirSync(join(rootDir, path), { withFileTypes: true });
    return entries.flatMap((entry) => {
      const child = `${path}/${entry.name}`;
      // Made by the build itself, from what package-lock.json names.
      if (child === VENDORED_EMOJI || child === WORKER_FILE) return [];
      if (entry.isDirectory()) return listFiles(rootDir, child);
      // Tests are built into nothing.
      return /\.test\.tsx?$/.test(entry.name) ? [] : [child];
    });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
}

function readStamps(rootDir) {
  try {
    return JSON.parse(readFileSync(join(rootDir, STAMPS), "utf8"));
  } catch {
    return {};
  }
}

function writeStamp(rootDir, name, value) {
  mkdirSync(join(rootDir, ".parley"), { recursive: true });
  const stamps = { ...readStamps(rootDir), [name]: value };
  writeFileSync(join(rootDir, STAMPS), `${JSON.stringify(stamps)}\n`);
}

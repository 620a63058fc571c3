import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin, stop } from "esbuild";
import type { Log } from "../base/environment.ts";
import { FUNCTION_GLOBAL_NAMES } from "./function-globals.ts";
import { guardLoops } from "./guard-loops.ts";
import { rememberModule } from "./source-frames.ts";

const GLOBALS_MODULE = "parley-function-globals";
const LIBRARY_MODULE = "parley-convex-library";
const CHECKPOINT_MODULE = "parley-checkpoint";
/** What functions call `process` also when they go through `globalThis`. */
const PROCESS = "parleyFunctionProcess";
/** The module of every bundle with as much of its copy of the stock library as the engine needs. */
export const LIBRARY_ENTRY = "special/library";
let users = 0;

/** What to bundle, and with which globals. */
export interface BundleRequest {
  /** The folder that paths in error texts count from. */
  dir: string;
  /** Files by the name that they get in `outDir`, without extension. */
  entryPoints: Record<string, string>;
  outDir: string;
  /** Where the functions' own `Date` and the like are: `globalThis[Symbol.for(globalsKey)]`. */
  globalsKey: string;
  plugins?: readonly Plugin[];
  log: Log;
}

/**
 * Runs what bundles, then lets esbuild's own process go: it has nothing to do once functions are
 * loaded, and takes long to start.
 */
export async function withBundler<T>(use: () => Promise<T>): Promise<T> {
  users++;
  try {
    return await use();
  } finally {
    if (--users === 0) await stop();
  }
}

/**
 * Bundles modules with esbuild as the Convex CLI does, within `withBundler`. Modules keep sharing
 * what they import.
 *
 * @throws esbuild's own errors.
 */
export async function bundleFunctions(request: BundleRequest): Promise<void> {
  const { dir, entryPoints, outDir, globalsKey, plugins = [], log } = request;
  const globals = `globalThis[Symbol.for(${JSON.stringify(globalsKey)})]`;
  const globalsFile = join(outDir, `${GLOBALS_MODULE}.js`);
  const exported = FUNCTION_GLOBAL_NAMES.map((name) => `${name}_ as ${name}`);
  writeFileSync(
    globalsFile,
    [
      `const globals = ${globals};`,
      ...FUNCTION_GLOBAL_NAMES.map((name) => `const ${name}_ = globals.${name};`),
      `export { ${exported.join(", ")}, process_ as ${PROCESS} };`,
    ].join("\n"),
  );
  const { outputFiles } = await build({
    absWorkingDir: dir,
    entryPoints: { ...entryPoints, [LIBRARY_ENTRY]: LIBRARY_MODULE },
    outdir: outDir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "node20",
    conditions: ["convex", "module"],
    mainFields: ["module", "main"],
    sourcemap: "external",
    sourcesContent: false,
    inject: [globalsFile],
    define: { "globalThis.process": PROCESS },
    nodePaths: [ownNodeModules()],
    plugins: [nodeModulesStayOutside, libraryOf(dir), ...plugins],
    logLevel: "silent",
    write: false,
  });
  const checkpointFile = join(outDir, `${CHECKPOINT_MODULE}.js`);
  writeFileSync(checkpointFile, `export const { checkpoint, resumed } = ${globals};`);
  writeGuarded(outputFiles, pathToFileURL(checkpointFile).href, dir, log);
  writeFileSync(join(outDir, "package.json"), '{"type":"module"}');
}

/** Writes what esbuild made, with checkpoints, and remembers how it maps to what people wrote. */
function writeGuarded(
  outputFiles: ReadonlyArray<{ path: string; text: string }>,
  checkpointUrl: string,
  functionsDir: string,
  log: Log,
): void {
  const maps = new Map<string, string>();
  for (const { path, text } of outputFiles) {
    if (path.endsWith(".js.map")) maps.set(path.slice(0, -".map".length), text);
  }
  const guard = (code: string) => {
    try {
      return guardLoops(code, checkpointUrl);
    } catch (error) {
      // Nested too deeply for the parser, say. It runs as well without, if it ever ends.
      log("warn", "A module runs without checkpoints.", { reason: String(error) });
      return { code, insertions: [] };
    }
  };
  for (const { path, text } of outputFiles) {
    if (!path.endsWith(".js")) continue;
    const { code, insertions } = guard(text);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
    const map = maps.get(path);
    if (map !== undefined) {
      rememberModule(pathToFileURL(path).href, { functionsDir, map, insertions });
    }
  }
}

/** Where `convex` is found for a functions folder that has no `node_modules` above it. */
function ownNodeModules(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve("convex/package.json")));
}

/** `node:` imports are for `"use node"` modules; they are left to Node. */
const nodeModulesStayOutside: Plugin = {
  name: "node-modules-stay-outside",
  setup(builder) {
    builder.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The copy of the stock library that the folder's own modules get. */
function libraryOf(dir: string): Plugin {
  const contents = `
    export { queryGeneric } from "convex/server";
    export { jsonToConvex } from "convex/values";
  `;
  return {
    name: "library-of-the-functions",
    setup(builder) {
      builder.onResolve({ filter: new RegExp(`^${LIBRARY_MODULE}$`) }, ({ path }) => ({
        path,
        namespace: LIBRARY_MODULE,
      }));
      builder.onLoad({ filter: /.*/, namespace: LIBRARY_MODULE }, () => ({
        contents,
        resolveDir: dir,
      }));
    },
  };
}

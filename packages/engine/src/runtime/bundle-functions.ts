import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin, stop } from "esbuild";
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
/** The directive, behind comments and other directives. */
const USE_NODE =
  /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(["'])use (?!node\b)[^"'\n]*\1;?)*(["'])use node\2/;
/** What Convex runs nowhere but beside the database. */
const ORDINARY_ALWAYS = new Set(["functions/http", "functions/crons"]);
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
 * what they import; those of `"use node"` are bundled apart, for Node, and share among themselves.
 *
 * @throws esbuild's own errors.
 */
export async function bundleFunctions(request: BundleRequest): Promise<void> {
  const { dir, entryPoints, outDir, globalsKey, log } = request;
  const globals = `globalThis[Symbol.for(${JSON.stringify(globalsKey)})]`;
  const ordinary: Record<string, string> = { [LIBRARY_ENTRY]: LIBRARY_MODULE };
  const forNode: Record<string, string> = {};
  for (const [name, file] of Object.entries(entryPoints)) {
    (isForNode(name, file) ? forNode : ordinary)[name] = file;
  }
  const outputFiles = await bundleFor(ORDINARY, ordinary, globals, request);
  if (Object.keys(forNode).length > 0) {
    outputFiles.push(...(await bundleFor(FOR_NODE, forNode, globals, request)));
  }
  const checkpointFile = join(outDir, `${CHECKPOINT_MODULE}.js`);
  writeFileSync(checkpointFile, `export const { checkpoint, resumed } = ${globals};`);
  writeGuarded(outputFiles, pathToFileURL(checkpointFile).href, dir, log);
  writeFileSync(join(outDir, "package.json"), '{"type":"module"}');
}

/** What differs between ordinary modules and those of `"use node"`. */
interface Kind {
  name: string;
  /** Which of the functions' globals is their `process`. */
  process: "process" | "nodeProcess";
  options: BuildOptions;
}

const ORDINARY: Kind = {
  name: "ordinary",
  process: "process",
  options: {
    platform: "browser",
    mainFields: ["module", "main"],
    chunkNames: "chunks/[name]-[hash]",
  },
};

const FOR_NODE: Kind = {
  name: "node",
  process: "nodeProcess",
  options: {
    platform: "node",
    chunkNames: "node/[name]-[hash]",
    // Packages that are not modules ask for Node's own ones in this way.
    banner: {
      js: 'import { createRequire as require_ } from "node:module"; const require = require_(import.meta.url);',
    },
  },
};

async function bundleFor(
  { name, process, options }: Kind,
  entryPoints: Record<string, string>,
  globals: string,
  { dir, outDir, plugins = [] }: BundleRequest,
): Promise<Array<{ path: string; text: string }>> {
  const globalsFile = join(outDir, `${GLOBALS_MODULE}-${name}.js`);
  const exported = FUNCTION_GLOBAL_NAMES.map((global) => `${global}_ as ${global}`);
  writeFileSync(
    globalsFile,
    [
      `const globals = { ...${globals}, process: ${globals}.${process} };`,
      ...FUNCTION_GLOBAL_NAMES.map((global) => `const ${global}_ = globals.${global};`),
      `export { ${exported.join(", ")}, process_ as ${PROCESS} };`,
    ].join("\n"),
  );
  const { outputFiles = [] } = await build({
    absWorkingDir: dir,
    entryPoints,
    outdir: outDir,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "node20",
    conditions: ["convex", "module"],
    sourcemap: "external",
    sourcesContent: false,
    inject: [globalsFile],
    define: { "globalThis.process": PROCESS },
    nodePaths: [ownNodeModules()],
    plugins: [nodeProcessOf(globals), nodeModulesStayOutside, libraryOf(dir), ...plugins],
    logLevel: "silent",
    write: false,
    ...options,
  });
  return outputFiles;
}

/** Whether a module of functions says that it is for Node: in a directive, before anything else. */
function isForNode(name: string, file: string): boolean {
  if (!name.startsWith("functions/") || ORDINARY_ALWAYS.has(name)) return false;
  const source = readFileSync(file, "utf8");
  return source.includes("use node") && USE_NODE.test(source);
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

/** A function that says `"use node"` gets the guarded process, also when it imports it by name. */
function nodeProcessOf(globals: string): Plugin {
  const names = Object.keys(process).filter((name) => /^[A-Za-z]\w*$/.test(name));
  const contents = `
    const process_ = ${globals}.nodeProcess;
    export default process_;
    ${names.map((name) => `export const ${name} = process_.${name};`).join("\n")}
  `;
  return {
    name: "process-of-the-functions",
    setup(builder) {
      const filter =
        builder.initialOptions.platform === "node" ? /^(node:)?process$/ : /^node:process$/;
      builder.onResolve({ filter }, ({ path }) => ({ path, namespace: "process" }));
      builder.onLoad({ filter: /.*/, namespace: "process" }, () => ({ contents }));
    },
  };
}

/** `node:` imports are left to Node; other names of its modules are known in `"use node"` ones. */
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

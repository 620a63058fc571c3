import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin, stop } from "esbuild";
import { EngineError } from "../base/engine-error.ts";
import type { Environment, Log } from "../base/environment.ts";
import { EMPTY_SCHEMA, parseSchema, type SchemaDefinition } from "../schema/schema-definition.ts";
import { findSpecialFile, listFunctionFiles } from "./function-files.ts";
import { createFunctionGlobals, FUNCTION_GLOBAL_NAMES } from "./function-globals.ts";
import { createFunctionRegistry, type FunctionRegistry } from "./function-registry.ts";
import { guardLoops } from "./guard-loops.ts";
import { rememberModule } from "./source-frames.ts";
import { type ConvexLibrary, readWhole } from "./whole-reads.ts";

/** What a functions folder amounts to. */
export interface LoadedFunctions {
  registry: FunctionRegistry;
  schema: SchemaDefinition;
  /** The default export of `auth.config.ts`; null without one. */
  authConfig: unknown;
}

const GLOBALS_MODULE = "parley-function-globals";
const LIBRARY_MODULE = "parley-convex-library";
const LIBRARY_ENTRY = "special/library";
const CHECKPOINT_MODULE = "parley-checkpoint";
let deployments = 0;
let bundling = 0;

/**
 * Bundles a functions folder and loads it into this process.
 *
 * Modules keep sharing what they import from each other, as on Convex. Names like `Date` are
 * replaced by the deployment's own while bundling, so the rest of the process keeps the real ones.
 *
 * @throws EngineError "FunctionsInvalid" with esbuild's or the module's own words.
 */
export async function loadFunctions(
  functionsDir: string,
  environmentVariables: Readonly<Record<string, string>>,
  environment: Environment,
): Promise<LoadedFunctions> {
  const dir = resolve(functionsDir);
  const entryPoints: Record<string, string> = {};
  try {
    for (const { modulePath, file } of listFunctionFiles(dir)) {
      entryPoints[`functions/${modulePath}`] = file;
    }
    for (const name of ["schema", "auth.config"]) {
      const file = findSpecialFile(dir, name);
      if (file) entryPoints[`special/${name}`] = file;
    }
    entryPoints[LIBRARY_ENTRY] = LIBRARY_MODULE;
  } catch (error) {
    throw new EngineError("FunctionsInvalid", `The functions folder ${dir} cannot be read.`, {
      cause: error,
    });
  }

  const globalsKey = `parley.engine.globals.${deployments++}`;
  const globals = createFunctionGlobals(environment, environmentVariables);
  (globalThis as Record<symbol, unknown>)[Symbol.for(globalsKey)] = globals;

  const parent = join(tmpdir(), "parley-functions");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const outDir = mkdtempSync(join(parent, "bundle-"));
  try {
    bundling++;
    // esbuild's own process has nothing to do once functions are loaded.
    await bundle(dir, entryPoints, outDir, globalsKey, environment.log).finally(async () => {
      if (--bundling === 0) await stop();
    });
    const load = async (name: string): Promise<Record<string, unknown> | null> =>
      name in entryPoints
        ? ((await import(pathToFileURL(join(outDir, `${name}.js`)).href)) as Record<
            string,
            unknown
          >)
        : null;
    await readWhole((await load(LIBRARY_ENTRY)) as unknown as ConvexLibrary);
    const modules = new Map<string, Record<string, unknown>>();
    for (const name of Object.keys(entryPoints)) {
      if (!name.startsWith("functions/")) continue;
      modules.set(name.slice("functions/".length), (await load(name)) ?? {});
    }
    const schema = (await load("special/schema"))?.default as { export(): string } | undefined;
    const authConfig = (await load("special/auth.config"))?.default ?? null;
    return {
      registry: createFunctionRegistry(modules),
      schema: schema ? parseSchema(schema.export()) : EMPTY_SCHEMA,
      authConfig,
    };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new EngineError("FunctionsInvalid", `The functions in ${dir} cannot be loaded: ${text}`, {
      cause: error,
    });
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

async function bundle(
  dir: string,
  entryPoints: Record<string, string>,
  outDir: string,
  globalsKey: string,
  log: Log,
): Promise<void> {
  const globals = `globalThis[Symbol.for(${JSON.stringify(globalsKey)})]`;
  const globalsFile = join(outDir, `${GLOBALS_MODULE}.js`);
  writeFileSync(
    globalsFile,
    [
      `const globals = ${globals};`,
      ...FUNCTION_GLOBAL_NAMES.map((name) => `const ${name}_ = globals.${name};`),
      `export { ${FUNCTION_GLOBAL_NAMES.map((name) => `${name}_ as ${name}`).join(", ")} };`,
    ].join("\n"),
  );
  const { outputFiles } = await build({
    absWorkingDir: dir,
    entryPoints,
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
    nodePaths: [ownNodeModules()],
    plugins: [nodeModulesStayOutside, libraryOf(dir)],
    logLevel: "silent",
    write: false,
  });
  const checkpointFile = join(outDir, `${CHECKPOINT_MODULE}.js`);
  writeFileSync(checkpointFile, `export const checkpoint = ${globals}.checkpoint;`);
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

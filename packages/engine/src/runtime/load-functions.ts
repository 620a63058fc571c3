import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { EngineError } from "../base/engine-error.ts";
import type { Environment } from "../base/environment.ts";
import { EMPTY_SCHEMA, parseSchema } from "../schema/schema-definition.ts";
import { bundleFunctions, LIBRARY_ENTRY, withBundler } from "./bundle-functions.ts";
import {
  type ComponentDefinition,
  type MountedComponent,
  mountComponents,
  readDefinition,
} from "./component-definition.ts";
import type { LoadedComponent } from "./components.ts";
import { describeError } from "./function-error.ts";
import { findSpecialFile, listFunctionFiles } from "./function-files.ts";
import { createFunctionGlobals } from "./function-globals.ts";
import { createFunctionRegistry } from "./function-registry.ts";
import { loadInFunctions } from "./invocation.ts";
import { type ConvexLibrary, readWhole } from "./whole-reads.ts";

/** What a functions folder amounts to. */
export interface LoadedFunctions {
  app: LoadedComponent;
  /** Everything that the app uses, and what that uses. */
  components: LoadedComponent[];
  /** The default export of `auth.config.ts`; null without one. */
  authConfig: unknown;
}

let deployments = 0;

/**
 * Bundles a functions folder, and those of the components that it uses, and loads all of it into
 * this process.
 *
 * Modules keep sharing what they import from each other, as on Convex; components share nothing,
 * not even two uses of the same one. Names like `Date` are replaced by the deployment's own while
 * bundling, so the rest of the process keeps the real ones.
 *
 * @throws EngineError "FunctionsInvalid" with esbuild's or the module's own words.
 */
export async function loadFunctions(
  functionsDir: string,
  environmentVariables: Readonly<Record<string, string>>,
  environment: Environment,
): Promise<LoadedFunctions> {
  const dir = resolve(functionsDir);
  try {
    listFunctionFiles(dir);
  } catch (error) {
    throw new EngineError("FunctionsInvalid", `The functions folder ${dir} cannot be read.`, {
      cause: error,
    });
  }
  const loader = new Loader(environment);
  try {
    const [app, ...components] = await withBundler(async () => {
      const mounted = await loader.mount(dir, environmentVariables);
      return Promise.all(mounted.map((one) => loader.load(one)));
    });
    return {
      app: app!.component,
      components: components.map((one) => one.component),
      authConfig: app!.authConfig,
    };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const text = whatWentWrong(error);
    throw new EngineError("FunctionsInvalid", `The functions in ${dir} cannot be loaded: ${text}`, {
      cause: error,
    });
  } finally {
    loader.close();
  }
}

type Module = Record<string, unknown>;

/** Holds the folder of bundles and the definitions that were read, for one loading. */
class Loader {
  readonly #environment: Environment;
  readonly #definitions = new Map<string, ComponentDefinition>();
  readonly #outDir: string;
  #bundles = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
    const parent = join(tmpdir(), "parley-functions");
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    this.#outDir = mkdtempSync(join(parent, "bundle-"));
  }

  close(): void {
    rmSync(this.#outDir, { recursive: true, force: true });
  }

  /** The app in a folder and all that it uses. */
  async mount(
    dir: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<MountedComponent[]> {
    const app = await this.#definition(dir, variables);
    return mountComponents(app, variables, (child) => this.#definitions.get(child)!);
  }

  async load({ path, definition, variables }: MountedComponent): Promise<{
    component: LoadedComponent;
    authConfig: unknown;
  }> {
    const { dir } = definition;
    const entryPoints: Record<string, string> = {};
    for (const { modulePath, file } of listFunctionFiles(dir)) {
      entryPoints[`functions/${modulePath}`] = file;
    }
    for (const name of path === "" ? ["schema", "auth.config"] : ["schema"]) {
      const file = findSpecialFile(dir, name);
      if (file) entryPoints[`special/${name}`] = file;
    }
    const load = await this.#bundle(dir, entryPoints, variables);
    await readWhole((await load(LIBRARY_ENTRY)) as unknown as ConvexLibrary);
    const modules = new Map<string, Module>();
    for (const name of Object.keys(entryPoints)) {
      if (!name.startsWith("functions/")) continue;
      modules.set(name.slice("functions/".length), (await load(name)) ?? {});
    }
    const schema = (await load("special/schema"))?.default as { export(): string } | undefined;
    const child = (name: string) => (path === "" ? name : `${path}/${name}`);
    return {
      component: {
        path,
        registry: createFunctionRegistry(modules),
        schema: schema ? parseSchema(schema.export()) : EMPTY_SCHEMA,
        httpMounts: new Map(
          [...definition.httpMounts].map(([prefix, name]) => [prefix, child(name)]),
        ),
      },
      authConfig: (await load("special/auth.config"))?.default ?? null,
    };
  }

  /** What `convex.config` in a folder says; nothing without one. */
  async #definition(
    dir: string,
    variables: Readonly<Record<string, string>> = {},
    parents: readonly string[] = [],
  ): Promise<ComponentDefinition> {
    if (parents.includes(dir)) throw new Error(`the component in ${dir} uses itself`);
    const file = findSpecialFile(dir, "convex.config");
    let definition: ComponentDefinition = {
      dir,
      name: "",
      children: [],
      httpMounts: new Map(),
      variables: [],
    };
    if (file) {
      const plugins = [this.#componentImports([...parents, dir])];
      const load = await this.#bundle(dir, { config: file }, variables, plugins);
      definition = readDefinition(dir, (await load("config"))?.default);
    }
    this.#definitions.set(dir, definition);
    return definition;
  }

  /** In a `convex.config`, an import of another one is what `use` wants to know of it. */
  #componentImports(parents: readonly string[]): Plugin {
    return {
      name: "component-imports",
      setup: (builder) => {
        builder.onResolve({ filter: /convex\.config(\.[jt]s)?$/ }, async (args) => {
          if (args.kind === "entry-point" || args.pluginData === RESOLVING) return undefined;
          const bare = args.path.replace(/\.[jt]s$/, "");
          for (const path of [args.path, `${bare}.ts`, `${bare}.js`, bare]) {
            const { importer, kind, resolveDir } = args;
            const options = { importer, kind, resolveDir, pluginData: RESOLVING };
            const found = await builder.resolve(path, options);
            if (found.errors.length === 0) {
              return { path: dirname(found.path), namespace: "component" };
            }
          }
          return undefined;
        });
        builder.onLoad({ filter: /.*/, namespace: "component" }, async ({ path: dir }) => {
          const { name } = this.#definitions.get(dir) ?? (await this.#definition(dir, {}, parents));
          const imported = { componentDefinitionPath: dir, defaultName: name };
          return { contents: `export default ${JSON.stringify(imported)};`, loader: "js" };
        });
      },
    };
  }

  /** Bundles modules; returns what imports one of them, or null for one that there is not. */
  async #bundle(
    dir: string,
    entryPoints: Record<string, string>,
    variables: Readonly<Record<string, string>>,
    plugins: readonly Plugin[] = [],
  ): Promise<(name: string) => Promise<Module | null>> {
    const globalsKey = `parley.engine.globals.${deployments++}`;
    const globals = createFunctionGlobals(this.#environment, variables);
    (globalThis as Record<symbol, unknown>)[Symbol.for(globalsKey)] = globals;
    const outDir = join(this.#outDir, String(this.#bundles++));
    mkdirSync(outDir);
    const { log } = this.#environment;
    await bundleFunctions({ dir, entryPoints, outDir, globalsKey, plugins, log });
    return async (name) =>
      name in entryPoints || name === LIBRARY_ENTRY
        ? await loadInFunctions(() => importModule(join(outDir, `${name}.js`)))
        : null;
  }
}

/** In esbuild's own words, which name the place, or what a module threw, with its places. */
function whatWentWrong(error: unknown): string {
  const described = describeError(error);
  if (described.includes("\n    at ")) return described;
  return error instanceof Error ? error.message : described;
}

async function importModule(file: string): Promise<Module> {
  return (await import(pathToFileURL(file).href)) as Module;
}

/** Marks a look-up of the plugin's own. */
const RESOLVING = Symbol("resolving");

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { EngineError } from "../base/engine-error.ts";
import { findSpecialFile } from "../runtime/function-files.ts";

/** One `app.use(…)` as its author wrote it. */
export interface ComponentUse {
  name: string;
  /** What types of the component are imported from, relative to `_generated`. */
  importPath: string;
  /** The component's folder when it is part of this project; null for one from a package. */
  dir: string | null;
}

const IMPORT = /import\s+(\w+)\s+from\s+["']([^"']*convex\.config(?:\.[jt]s)?)["']/g;
const DEFINED_NAME = /defineComponent\s*(?:<[^>]*>)?\(\s*["'](\w+)["']/;

/**
 * The components that the `convex.config` of a folder uses, found in its text: nothing is run.
 *
 * What is put together at run time is not found; then `components` has no types for it.
 */
export function findComponentUses(given: string): ComponentUse[] {
  const functionsDir = resolve(given);
  const file = findSpecialFile(functionsDir, "convex.config");
  if (!file) return [];
  const text = withoutComments(readFileSync(file, "utf8"));
  const uses: ComponentUse[] = [];
  for (const [, variable, specifier] of text.matchAll(IMPORT)) {
    const bare = specifier!.replace(/\/convex\.config(\.[jt]s)?$/, "");
    const dir = specifier!.startsWith(".") ? join(functionsDir, bare) : null;
    const importPath =
      dir === null ? bare : `../${relative(functionsDir, dir).replaceAll("\\", "/")}`;
    const call = new RegExp(`\\.use\\(\\s*${variable}\\b([^;]*?)\\)\\s*(?:;|$|\\n)`, "g");
    for (const [, options] of text.matchAll(call)) {
      const given = /\bname\s*:\s*["'](\w+)["']/.exec(options!)?.[1];
      const name = given ?? definedName(functionsDir, specifier!, dir);
      if (name !== null) uses.push({ name, importPath, dir });
    }
  }
  return uses;
}

/**
 * The name that a component gives itself; null where it is not written down as a text.
 *
 * @throws EngineError "FunctionsInvalid" when there is no such component.
 */
function definedName(functionsDir: string, specifier: string, dir: string | null): string | null {
  const file =
    dir === null ? resolveFrom(functionsDir, specifier) : findSpecialFile(dir, "convex.config");
  return file ? (DEFINED_NAME.exec(readFileSync(file, "utf8"))?.[1] ?? null) : null;
}

function resolveFrom(functionsDir: string, specifier: string): string | null {
  try {
    return createRequire(join(functionsDir, "convex.config.js")).resolve(specifier);
  } catch (error) {
    // A package that only `import` may ask: the bundler finds it, and we do without its types.
    if ((error as { code?: unknown }).code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return null;
    const text = `The component ${specifier}, which ${functionsDir} uses, cannot be found.`;
    throw new EngineError("FunctionsInvalid", text, { cause: error });
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/[^\n]*/g, "$1");
}

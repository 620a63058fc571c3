import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
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
export function findComponentUses(functionsDir: string): ComponentUse[] {
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

function definedName(functionsDir: string, specifier: string, dir: string | null): string | null {
  try {
    const file =
      dir === null
        ? createRequire(join(functionsDir, "convex.config.js")).resolve(specifier)
        : findSpecialFile(dir, "convex.config");
    return file ? (DEFINED_NAME.exec(readFileSync(file, "utf8"))?.[1] ?? null) : null;
  } catch {
    return null;
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/[^\n]*/g, "$1");
}

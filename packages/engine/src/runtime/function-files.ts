import { readdirSync } from "node:fs";
import { join } from "node:path";

/** A module of a functions folder. */
export interface FunctionFile {
  /** Path without extension, with `/`: `messages`, `admin/users`. */
  modulePath: string;
  /** Where it is on disk. */
  file: string;
}

const EXTENSIONS = /\.(ts|tsx|js|jsx|mjs|mts)$/;
const NOT_FUNCTIONS = new Set(["schema", "auth.config", "convex.config"]);

/**
 * The modules of a functions folder that may export functions.
 *
 * Left out, as the Convex CLI does: `_generated`, `_deps`, the special files, declarations, names
 * with more than one dot (tests), hidden files, names with spaces, and components in folders of
 * their own.
 */
export function listFunctionFiles(functionsDir: string, prefix = ""): FunctionFile[] {
  const entries = readdirSync(join(functionsDir, prefix), { withFileTypes: true });
  const isComponent = entries.some((entry) => entry.name.startsWith("convex.config."));
  if (prefix !== "" && isComponent) return [];
  const files: FunctionFile[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith(".") || name.startsWith("#") || name.includes(" ")) continue;
    if (entry.isDirectory()) {
      if (name === "_generated" || name === "_deps" || name === "node_modules") continue;
      files.push(...listFunctionFiles(functionsDir, `${prefix}${name}/`));
      continue;
    }
    const bare = name.replace(EXTENSIONS, "");
    if (bare === name || bare.includes(".")) continue;
    if (prefix === "" && NOT_FUNCTIONS.has(bare)) continue;
    files.push({ modulePath: prefix + bare, file: join(functionsDir, prefix, name) });
  }
  return files.sort((a, b) => (a.modulePath < b.modulePath ? -1 : 1));
}

/** `schema`, `auth.config` and the like, when the folder has one. */
export function findSpecialFile(functionsDir: string, name: string): string | null {
  const found = readdirSync(functionsDir).find(
    (entry) => EXTENSIONS.test(entry) && entry.replace(EXTENSIONS, "") === name,
  );
  return found === undefined ? null : join(functionsDir, found);
}

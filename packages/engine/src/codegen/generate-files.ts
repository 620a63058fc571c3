import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { findSpecialFile, listFunctionFiles } from "../runtime/function-files.ts";
import { apiJs, apiTypes } from "./api-template.ts";
import { componentTypes } from "./component-template.ts";
import { findComponentUses } from "./component-uses.ts";
import { dataModelTypes, untypedDataModelTypes } from "./data-model-template.ts";
import { serverJs, serverTypes } from "./server-template.ts";

export interface GeneratedFile {
  /** Relative to the functions folder, with `/`. */
  path: string;
  contents: string;
}

/** TypeScript takes a file without either for a script, which exports nothing. */
const IS_MODULE = /^\s{0,100}(?:import|export)/m;

/**
 * What belongs into `_generated`: types and references for the functions and tables of a folder,
 * equivalent to what `npx convex codegen` writes, and the same for the components in folders of
 * this project that it uses. No function is run.
 *
 * @throws Error when the folder cannot be read.
 * Source: convex 1.48 `cli/codegen_templates`; SPEC CG1 to CG5.
 */
export function generateFiles(functionsDir: string): GeneratedFile[] {
  const files: GeneratedFile[] = [];
  const dirs = [functionsDir];
  for (const dir of dirs) {
    const modulePaths = listModules(dir);
    const uses = findComponentUses(dir);
    const prefix = relative(functionsDir, dir).replaceAll("\\", "/");
    const add = (name: string, contents: string) =>
      files.push({ path: `${prefix === "" ? "" : `${prefix}/`}_generated/${name}`, contents });
    const hasSchema = findSpecialFile(dir, "schema") !== null;
    add("api.d.ts", apiTypes(modulePaths, uses));
    add("api.js", apiJs());
    if (dir !== functionsDir) add("component.d.ts", componentTypes(modulePaths));
    add("dataModel.d.ts", hasSchema ? dataModelTypes() : untypedDataModelTypes());
    add("server.d.ts", serverTypes(findSpecialFile(dir, "convex.config") !== null));
    add("server.js", serverJs());
    for (const use of uses) {
      if (use.dir !== null && !dirs.includes(use.dir)) dirs.push(use.dir);
    }
  }
  return files;
}

function listModules(functionsDir: string): string[] {
  return listFunctionFiles(functionsDir)
    .filter(({ file }) => !/\.tsx?$/.test(file) || IS_MODULE.test(readFileSync(file, "utf8")))
    .map(({ modulePath }) => modulePath);
}

/**
 * Writes what `generateFiles` gives. A file that is right already is not touched, so that watchers
 * stay quiet.
 *
 * @returns The paths that were written.
 */
export function writeGeneratedFiles(functionsDir: string): string[] {
  return generateFiles(functionsDir)
    .filter(({ path, contents }) => writeIfChanged(join(functionsDir, path), contents))
    .map(({ path }) => path);
}

function writeIfChanged(file: string, contents: string): boolean {
  if (readIfThere(file) === contents) return false;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
  return true;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

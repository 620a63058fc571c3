import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findSpecialFile, listFunctionFiles } from "../runtime/function-files.ts";
import { apiJs, apiTypes } from "./api-template.ts";
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
 * equivalent to what `npx convex codegen` writes. No function is run.
 *
 * @throws Error when the folder cannot be read.
 * Source: convex 1.48 `cli/codegen_templates`; SPEC CG1 to CG4.
 */
export function generateFiles(functionsDir: string): GeneratedFile[] {
  const modulePaths = listFunctionFiles(functionsDir)
    .filter(({ file }) => !/\.tsx?$/.test(file) || IS_MODULE.test(readFileSync(file, "utf8")))
    .map(({ modulePath }) => modulePath);
  const hasSchema = findSpecialFile(functionsDir, "schema") !== null;
  return [
    { path: "_generated/api.d.ts", contents: apiTypes(modulePaths) },
    { path: "_generated/api.js", contents: apiJs() },
    {
      path: "_generated/dataModel.d.ts",
      contents: hasSchema ? dataModelTypes() : untypedDataModelTypes(),
    },
    { path: "_generated/server.d.ts", contents: serverTypes() },
    { path: "_generated/server.js", contents: serverJs() },
  ];
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

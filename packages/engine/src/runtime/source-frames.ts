import { SourceMap, type SourceMapPayload } from "node:module";
import { basename, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Insertion } from "./guard-loops.ts";

/** Modules of more deployments than this are those of a developer who has reloaded for days. */
const MODULES_MAX = 5_000;
const FRAMES_MAX = 10;
/** A file's address, or its path where somebody has rewritten the stack, as test runners do. */
const FRAME = /^\s*at (?:(.*) \()?(file:\/\/.*|\/.*):(\d+):(\d+)\)?$/;
/** The stock library's own frames stand between ours and the user's, and tell nobody anything. */
const LIBRARY = /\/node_modules\/convex\//;

/** A loaded module, and how to find out what its author has written at some place. */
interface LoadedModule {
  functionsDir: string;
  /** JSON text, parsed when it is first wanted: most modules never throw. */
  map: string | SourceMap;
  insertions: readonly Insertion[];
}

const modules = new Map<string, LoadedModule>();

/**
 * Remembers where a module of a functions folder comes from.
 *
 * @param url What the module was loaded as.
 * @param module.map The bundler's source map, of the text before the insertions.
 */
export function rememberModule(url: string, module: LoadedModule & { map: string }): void {
  modules.set(url, module);
  for (const oldest of modules.keys()) {
    if (modules.size <= MODULES_MAX) break;
    modules.delete(oldest);
  }
}

/**
 * The frames of a stack that are in the user's own files, as Convex prints them:
 * `at handler (../convex/messages.ts:12:5)`.
 *
 * @param stack The `stack` of anything that was thrown.
 */
export function userFrames(stack: unknown): string[] {
  if (typeof stack !== "string") return [];
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const found = FRAME.exec(line);
    const place = found && placeOf(urlOf(found[2]!), Number(found[3]), Number(found[4]));
    if (place) frames.push(found[1] ? `    at ${found[1]} (${place})` : `    at ${place}`);
    if (frames.length === FRAMES_MAX) break;
  }
  return frames;
}

function urlOf(file: string): string {
  return file.startsWith("file:") ? file : pathToFileURL(file).href;
}

function placeOf(url: string, line: number, column: number): string | null {
  const module = modules.get(url);
  if (!module) return null;
  if (typeof module.map === "string") {
    module.map = new SourceMap(JSON.parse(module.map) as SourceMapPayload);
  }
  const written = withoutInsertions(module.insertions, line, column - 1);
  const entry = module.map.findEntry(line - 1, written);
  if (!("originalSource" in entry)) return null;
  const file = fileURLToPath(new URL(entry.originalSource, url));
  if (LIBRARY.test(file)) return null;
  const place = `${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return `${displayPath(file, module.functionsDir)}:${place}`;
}

function withoutInsertions(insertions: readonly Insertion[], line: number, column: number): number {
  let shift = 0;
  for (const insertion of insertions) {
    if (insertion.line !== line) continue;
    if (insertion.column + shift >= column) break;
    shift += insertion.length;
  }
  return Math.max(0, column - shift);
}

/** However the folder is called, it is the project's `convex` folder. */
function displayPath(file: string, functionsDir: string): string {
  const inside = relative(functionsDir, file).split(sep).join("/");
  if (!inside.startsWith("../")) return `../convex/${inside}`;
  const modulesAt = inside.lastIndexOf("node_modules/");
  return modulesAt < 0 ? `../${basename(inside)}` : `../${inside.slice(modulesAt)}`;
}

import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { listFiles, readSource, rootDir } from "../scripts/source-files";

/**
 * The functions are the same files on our engine and on hosted Convex, whose runtime has no Node. This
 * proves what can be proved without a deployment; `docs/hosted.md` says what cannot.
 */

/** As Convex's CLI chooses: nothing whose name has two dots, and neither tests nor generated files. */
const deployed = listFiles().filter((path) =>
  /^convex\/(?!_generated\/)(?:\w+\/)*\w+\.ts$/.test(path),
);
// The one file with two dots that is read from this folder, by its name.
const all = [...deployed, "convex/auth.config.ts"];

const planted = `${rootDir}convex/planted.ts`;
const PLANTED = `import { readFileSync } from "node:fs";
export const wrong = [Buffer, process.cwd, readFileSync, setImmediate, __dirname, global];`;

describe("the functions folder", () => {
  test("has the files that Convex looks for", () => {
    expect(all).toEqual(expect.arrayContaining(["convex/schema.ts", "convex/http.ts"]));
    expect(all.filter((path) => path.includes("."))).toHaveLength(all.length);
  });

  test("names nothing that a runtime without Node lacks", () => {
    const roots = all.map((path) => rootDir + path);
    const found = problemsIn([...roots, planted], new Map([[planted, PLANTED]]));
    expect(found.filter((problem) => !problem.startsWith("convex/planted.ts"))).toEqual([]);
    // What stands in the planted file is what would be found.
    const text = found.join("\n");
    for (const name of ["Buffer", "cwd", "node:fs", "setImmediate", "__dirname", "global"]) {
      expect(text).toContain(`'${name}'`);
    }
  });

  test("asks for no runtime but the default one, and for no package but Convex's", () => {
    for (const path of all) {
      const source = readSource(path);
      expect([path, /["']use node["']/.test(source)]).toEqual([path, false]);
      const packages = [...source.matchAll(/from "([^."@][^"]*|@[^"]+)"/g)].map(([, name]) => name);
      expect([
        path,
        packages.filter((name) => !/^convex\/(server|values)$/.test(name ?? "")),
      ]).toEqual([path, []]);
    }
  });

  test("reads only the variables that docs/hosted.md tells of", () => {
    const read = all.flatMap((path) =>
      [...readSource(path).matchAll(/process\.env\.(\w+)/g)].map(([, name]) => name ?? ""),
    );
    const told = readSource("docs/hosted.md");
    expect(read.length).toBeGreaterThan(3);
    expect(read.filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
  });

  test("loads where nothing exists but what the default runtime has", {
    timeout: 60_000,
  }, async () => {
    const contents = all.map((path, at) => `export * as m${at} from "./${path}";`).join("\n");
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: rootDir, loader: "ts" },
      ...{ bundle: true, write: false, format: "iife", globalName: "folder" },
      ...{ platform: "browser", conditions: ["convex", "module"], logLevel: "silent" },
    });
    const world = {
      process: { env: {} },
      URL,
      TextEncoder,
      TextDecoder,
      Request,
      Response,
      Headers,
    };
    const context = createContext({ ...world, crypto: globalThis.crypto, console: { log() {} } });
    const source = `${outputFiles[0]?.text ?? ""}\nObject.keys(folder).length;`;
    expect(runInContext(source, context)).toBe(all.length);
  });
});

/** Every complaint of the compiler where Node's types are unknown and `process` has an `env` only. */
function problemsIn(roots: string[], added: ReadonlyMap<string, string>): string[] {
  const surroundings = `${rootDir}convex/surroundings.d.ts`;
  const texts = new Map([
    ...added,
    [surroundings, "declare const process: { env: Record<string, string | undefined> };"] as const,
  ]);
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
    ...{ target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts", "lib.dom.d.ts"] },
    ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists.call(host, path);
  host.readFile = (path) => texts.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  };
  const program = ts.createProgram([...roots, surroundings], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, " ");
    return `${file?.fileName.slice(rootDir.length) ?? ""}: ${text}`;
  });
}

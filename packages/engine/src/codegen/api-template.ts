import type { ComponentUse } from "./component-uses.ts";
import { header } from "./header.ts";

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Types of `api` and `internal`, from the exports of the modules, and of the components in use. */
export function apiTypes(modulePaths: readonly string[], uses: readonly ComponentUse[]): string {
  const names = importNames(modulePaths);
  const imports = modulePaths.map(
    (path) => `import type * as ${names.get(path)} from ${JSON.stringify(`../${path}.js`)};\n`,
  );
  const modules = modulePaths.map(
    (path) =>
      `  ${IDENTIFIER.test(path) ? path : JSON.stringify(path)}: typeof ${names.get(path)};\n`,
  );
  return `${header("References to the functions of this folder.")}import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
${imports.join("")}
declare const fullApi: ApiFromModules<{
${modules.join("")}}>;

/** The public functions, which clients may call: \`api.module.function\`. */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/** The internal functions, which only other functions may call. */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

${componentTypes(uses)}`;
}

function componentTypes(uses: readonly ComponentUse[]): string {
  if (uses.length === 0) {
    return "/** This folder uses no components. */\nexport declare const components: {};\n";
  }
  const lines = uses.map(({ name, importPath }) => {
    const file = JSON.stringify(`${importPath}/_generated/component.js`);
    return `  ${JSON.stringify(name)}: import(${file}).ComponentApi<${JSON.stringify(name)}>;\n`;
  });
  return `/** The components that convex.config names; their functions are called from here only. */
export declare const components: {
${lines.join("")}};
`;
}

/** The values: a reference is nothing but the path by which it was reached. */
export function apiJs(): string {
  return `${header("References to the functions of this folder.")}import { anyApi, componentsGeneric } from "convex/server";

export const api = anyApi;
export const internal = anyApi;
export const components = componentsGeneric();
`;
}

/** An identifier for each module; `a/b` and `a_b` would be the same one. */
export function importNames(modulePaths: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of modulePaths) {
    const wanted = path.replace(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=[0-9])/, "_");
    let name = wanted;
    for (let n = 2; taken.has(name) || RESERVED.has(name); n += 1) name = `${wanted}_${n}`;
    taken.add(name);
    names.set(path, name);
  }
  return names;
}

/** What a module may be called and an import may not. */
const RESERVED = new Set(
  (
    "ApiFromModules FilterApi FunctionReference fullApi api internal components any await break " +
    "case catch class const continue debugger default delete do else enum export extends false " +
    "finally for function if implements import in instanceof interface let new null package " +
    "private protected public return static super switch this throw true try typeof var void " +
    "while with yield boolean number string symbol object never unknown undefined bigint type"
  ).split(" "),
);

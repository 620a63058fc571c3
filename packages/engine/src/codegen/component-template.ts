import { importNames } from "./api-template.ts";
import { header } from "./header.ts";

/**
 * The type of a component's functions as its user sees them: the public ones, to be called as
 * internal ones, with ids as plain texts.
 */
export function componentTypes(modulePaths: readonly string[]): string {
  const names = importNames(modulePaths);
  const imports = modulePaths.map(
    (path) => `import type * as ${names.get(path)} from ${JSON.stringify(`../${path}.js`)};\n`,
  );
  const modules = modulePaths.map(
    (path) => `  ${JSON.stringify(path)}: typeof ${names.get(path)};\n`,
  );
  return `${header("References to the functions of this component, for who uses it.")}import type {
  ApiFromModules,
  DefaultFunctionArgs,
  FilterApi,
  FunctionReference,
} from "convex/server";
import type { GenericId } from "convex/values";
${imports.join("")}
declare const fullApi: ApiFromModules<{
${modules.join("")}}>;

/** What crosses the border of a component: an id of one table of it is any text outside. */
type Crossing<Value> =
  Value extends GenericId<string>
    ? string
    : Value extends string | number | bigint | boolean | null | undefined | ArrayBuffer
      ? Value
      : Value extends Array<infer Element>
        ? Array<Crossing<Element>>
        : Value extends object
          ? { [Key in keyof Value]: Crossing<Value[Key]> }
          : Value;

type Called<Functions, Name extends string | undefined> = {
  [Key in keyof Functions]: Functions[Key] extends FunctionReference<
    infer Type,
    any,
    infer Args,
    infer Returned
  >
    ? FunctionReference<
        Type,
        "internal",
        Crossing<Args> extends infer Given extends DefaultFunctionArgs ? Given : any,
        Crossing<Returned>,
        Name
      >
    : Called<Functions[Key], Name>;
};

/** For a parameter that is given \`components.thisComponent\`. */
export type ComponentApi<Name extends string | undefined = string | undefined> = Called<
  FilterApi<typeof fullApi, FunctionReference<any, "public">>,
  Name
>;
`;
}

import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import { validateValue } from "../schema/validator.ts";
import { checkValidator, type ValidatorJson } from "../schema/validator-json.ts";

/** What a `convex.config.ts` says. */
export interface ComponentDefinition {
  /** The folder that holds the file and the functions. */
  dir: string;
  /** The name that `defineComponent` gives; empty for an app. */
  name: string;
  children: ChildUse[];
  /** By the beginning of the path, with slashes around, the name of the child. */
  httpMounts: Map<string, string>;
  variables: DeclaredVariable[];
}

/** One `app.use(…)`. */
interface ChildUse {
  name: string;
  dir: string;
  /** What the child's environment variables are set to. */
  variables: Array<[string, { type: "value"; value: string } | { type: "envVar"; name: string }]>;
}

interface DeclaredVariable {
  name: string;
  validator: ValidatorJson;
  isOptional: boolean;
}

/** One component where it is used: the same definition may be used several times. */
export interface MountedComponent {
  /** Names from the app down: `presence/batchWorker`; empty for the app. */
  path: string;
  definition: ComponentDefinition;
  /** What its functions find in `process.env`. */
  variables: Readonly<Record<string, string>>;
}

/** As `export()` of a definition gives it. Source: convex 1.48 `server/components/definition.ts`. */
interface DefinitionExport {
  name?: string;
  childComponents: Array<{ name: string; path: string; env: ChildUse["variables"] | null }>;
  httpMounts: Record<string, string>;
  envVars?: Array<[string, { value: string; optional?: boolean }]>;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const CHILD = "_reference/childComponent/";

/**
 * Reads the default export of a `convex.config.ts`.
 *
 * @throws Error with a sentence for its author.
 */
export function readDefinition(dir: string, value: unknown): ComponentDefinition {
  const definition = value as { export?: () => DefinitionExport } | undefined;
  if (typeof definition?.export !== "function") {
    throw new Error(
      `the default export of ${dir}/convex.config must be made by \`defineApp\` or \`defineComponent\``,
    );
  }
  const { name = "", childComponents, httpMounts, envVars = [] } = definition.export();
  if (name !== "" && !NAME.test(name)) throw badName(name);
  const children = childComponents.map((child) => {
    if (!NAME.test(child.name)) throw badName(child.name);
    return { name: child.name, dir: child.path, variables: child.env ?? [] };
  });
  const repeated = children.find((child, place) =>
    children.some((other, otherPlace) => otherPlace < place && other.name === child.name),
  );
  if (repeated) {
    throw new Error(`two components are named "${repeated.name}": give one \`name\` in \`use\``);
  }
  return {
    dir,
    name,
    children,
    httpMounts: new Map(
      Object.entries(httpMounts).map(([prefix, child]) => [prefix, child.slice(CHILD.length)]),
    ),
    variables: envVars.map(([variable, { value: json, optional }]) => ({
      name: variable,
      validator: checkValidator(JSON.parse(json)),
      isOptional: optional === true,
    })),
  };
}

/**
 * Walks from the app down through everything that is used, with the environment that each gets.
 *
 * @param find The definition in a folder.
 * @throws EngineError "FunctionsInvalid" for variables that are missing or wrong and for too many
 *   components, one that uses itself for example.
 */
export function mountComponents(
  app: ComponentDefinition,
  variables: Readonly<Record<string, string>>,
  find: (dir: string) => ComponentDefinition,
): MountedComponent[] {
  checkVariables("the app", app, variables);
  const mounted: MountedComponent[] = [{ path: "", definition: app, variables }];
  for (const parent of mounted) {
    for (const use of parent.definition.children) {
      const definition = find(use.dir);
      const path = parent.path === "" ? use.name : `${parent.path}/${use.name}`;
      const own: Record<string, string> = {};
      for (const [name, given] of use.variables) {
        const value = given.type === "value" ? given.value : parent.variables[given.name];
        if (value !== undefined) own[name] = value;
      }
      checkVariables(`component ${path}`, definition, own);
      for (const name of ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"]) {
        if (variables[name] !== undefined) own[name] = variables[name];
      }
      mounted.push({ path, definition, variables: own });
      if (mounted.length > limits.componentsMax) {
        throw invalid(
          `more than ${limits.componentsMax} components are used; does one use itself?`,
        );
      }
    }
  }
  return mounted;
}

function checkVariables(
  who: string,
  { name: definitionName, variables: declared }: ComponentDefinition,
  values: Readonly<Record<string, string>>,
): void {
  for (const { name, validator, isOptional } of declared) {
    const value = values[name];
    if (value === undefined && isOptional) continue;
    const where = definitionName === "" ? "set it" : "give it in `env` of `use`";
    if (value === undefined) {
      throw invalid(`${who} needs the environment variable ${name}; ${where}`);
    }
    if (validateValue(validator, value, () => null) === null) continue;
    throw invalid(`the environment variable ${name} of ${who} has a value that it may not have`);
  }
}

function badName(name: string): Error {
  return new Error(
    `a component cannot be named ${JSON.stringify(name.slice(0, 80))}: at most 64 letters, digits and underscores, a letter first`,
  );
}

function invalid(reason: string): EngineError {
  return new EngineError("FunctionsInvalid", `The functions cannot be loaded: ${reason}.`);
}

import { header } from "./header.ts";

const WHAT = "What functions are made with: the builders, typed by the tables of this folder.";

interface Builder {
  name: string;
  type: string;
  about: string;
}

const BUILDERS: readonly Builder[] = [
  {
    name: "query",
    type: 'QueryBuilder<DataModel, "public">',
    about: "Defines a query that clients may call. It reads, and is run again when that changes.",
  },
  {
    name: "internalQuery",
    type: 'QueryBuilder<DataModel, "internal">',
    about: "Defines a query that only other functions may call.",
  },
  {
    name: "mutation",
    type: 'MutationBuilder<DataModel, "public">',
    about: "Defines a mutation that clients may call. It reads and writes in one transaction.",
  },
  {
    name: "internalMutation",
    type: 'MutationBuilder<DataModel, "internal">',
    about: "Defines a mutation that only other functions may call.",
  },
  {
    name: "action",
    type: 'ActionBuilder<DataModel, "public">',
    about: "Defines an action that clients may call. It may talk to the world, and calls others.",
  },
  {
    name: "internalAction",
    type: 'ActionBuilder<DataModel, "internal">',
    about: "Defines an action that only other functions may call.",
  },
  {
    name: "httpAction",
    type: "HttpActionBuilder",
    about: "Defines what answers an HTTP request; `http.ts` says which one.",
  },
];

const PLATFORM_ENV = `{
  readonly CONVEX_CLOUD_URL: string;
  readonly CONVEX_SITE_URL: string;
}`;

/** As the app's or component's definition declares them, where there is one that does. */
function envType(hasConfig: boolean): string {
  if (!hasConfig) {
    return `/** The environment variables that every deployment has; others are in \`process.env\`. */
type Env = ${PLATFORM_ENV};
`;
  }
  return `type Declared = (typeof config)["__env"];

/** The environment variables that every deployment has, and those that \`convex.config\` declares. */
type Env = ${PLATFORM_ENV} & (string extends keyof Declared ? unknown : EnvFromDefinition<Declared>);
`;
}

/**
 * Types of the builders and of what they hand to functions.
 *
 * @param hasConfig Whether there is a `convex.config` in this folder.
 */
export function serverTypes(hasConfig: boolean): string {
  const builders = BUILDERS.map(
    ({ name, type, about }) => `/** ${about} */\nexport declare const ${name}: ${type};\n`,
  );
  return `${header(WHAT)}import type {
  ActionBuilder,
${hasConfig ? "  EnvFromDefinition,\n" : ""}  GenericActionCtx,
  GenericDatabaseReader,
  GenericDatabaseWriter,
  GenericMutationCtx,
  GenericQueryCtx,
  HttpActionBuilder,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
${hasConfig ? 'import type config from "../convex.config.js";\n' : ""}import type { DataModel } from "./dataModel.js";

${builders.join("\n")}
${envType(hasConfig)}export declare const env: Env;

/** What a query is given as its first argument. */
export type QueryCtx = GenericQueryCtx<DataModel>;

/** What a mutation is given as its first argument. */
export type MutationCtx = GenericMutationCtx<DataModel>;

/** What an action is given as its first argument. */
export type ActionCtx = GenericActionCtx<DataModel>;

/** The database as queries see it. */
export type DatabaseReader = GenericDatabaseReader<DataModel>;

/** The database as mutations see it. */
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;
`;
}

/** The builders themselves: the library's, under the names without types. */
export function serverJs(): string {
  const imports = BUILDERS.map(({ name }) => `  ${name}Generic,\n`);
  const exports = BUILDERS.map(({ name }) => `export const ${name} = ${name}Generic;\n`);
  return `${header(WHAT)}import {
${imports.join("")}} from "convex/server";

${exports.join("")}
export const env = process.env;
`;
}

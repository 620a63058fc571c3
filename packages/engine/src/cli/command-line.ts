import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { BUILT_IN_VARIABLES } from "../base/built-in-variables.ts";
import { isJSONObject, type JSONObject } from "../values/json.ts";
import type { Remote } from "./remote.ts";

/** What the command line asks for. */
export type Command =
  | { command: "help" }
  | { command: "start"; options: StartOptions }
  /** `alsoWatched`: folders outside of the functions folder whose files functions import. */
  | { command: "dev"; options: StartOptions; alsoWatched: readonly string[] }
  | { command: "codegen"; functionsDir: string }
  | {
      command: "run";
      functionsDir: string;
      dataDir: string;
      path: string;
      args: JSONObject;
      /** null: the engine is started for it. */
      remote: Remote | null;
    }
  /** `table` null: which tables there are. */
  | { command: "data"; dataDir: string; table: string | null; rowsMax: number }
  | { command: "logs"; dataDir: string; runsMax: number; follows: boolean }
  | { command: "env"; dataDir: string; change: VariableChange; remote: Remote | null }
  | { command: "backup"; dataDir: string; to: string }
  | { command: "restore"; dataDir: string; from: string }
  | { command: "export" | "import"; dataDir: string; file: string }
  | { command: "doctor"; dataDir: string };

export type VariableChange =
  | { kind: "list" }
  | { kind: "get" | "remove"; name: string }
  | { kind: "set"; name: string; value: string };

export interface StartOptions {
  functionsDir: string;
  dataDir: string;
  host: string;
  /** 0: any that is free. */
  port: number;
  sitePort: number;
  /** `null`: nobody is admin. */
  adminKey: string | null;
  revealsErrors: boolean;
}

/** The command line is not one that we know; its message is one sentence for the person. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 2,
  ) {
    super(message);
  }
}

export const HELP = `Usage: parley-engine COMMAND [OPTIONS]

Hosts a folder of Convex functions on this machine.

Commands
  start      serve a functions folder
  dev        the same, and take up every change of it at once, while clients stay connected
  codegen    write the folder's _generated files
  run FUNCTION [ARGS]                    call a function, such as messages:list '{"room": "a"}'
  data [TABLE]                           print the tables, or a table's rows, the newest first
  logs                                   print what functions wrote to their consoles, and failures
  env list | get NAME | set NAME VALUE | remove NAME
                                         variables that functions see in process.env
  backup DIR                             copy the data folder, also while it is in use
  restore DIR                            make a data folder out of a backup
  doctor                                 look for damage in a data folder
  export FILE.zip                        write all data as a snapshot that Convex can import
  import FILE.zip                        add a snapshot's data; its tables must be empty here

backup, data, export and logs look at a data folder that is in use, as it is at that moment. run and
env talk to the engine that uses it, by its address and admin key. All others need it for themselves.

Options of start and dev
  --functions DIR     the functions folder (what convex.json says, or convex)
  --data DIR          where everything is kept, created if need be (./data)
  --host HOST         the address to listen on (127.0.0.1)
  --port N            for clients: socket and HTTP API (3210)
  --site-port N       for HTTP actions (3211)
  --admin-key KEY     grants every right to who presents it (nobody is admin)
  --reveal-errors     tell clients the text of uncaught errors, for development (always in dev)
  --watch DIR         in dev, a folder that functions import from; may be given several times

Options of codegen and run
  --functions DIR     the functions folder (what convex.json says, or convex)

Options of all but start, dev and codegen
  --data DIR          the data folder (./data)
  --limit N           how many rows data, or runs logs, prints (100)
  --follow            in logs, go on with what follows

Options of run and env
  --url URL           the engine that runs, such as http://127.0.0.1:3210
  --admin-key KEY     its admin key (or CONVEX_SELF_HOSTED_ADMIN_KEY)

CONVEX_CLOUD_URL and CONVEX_SITE_URL say how the two ports are reached from outside, where that
is not http://HOST:PORT. Functions see them, and every other variable, in process.env.
`;

const ROWS_PRINTED_MAX = 1_000_000;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;
const START_OPTIONS = {
  functions: { type: "string" },
  data: { type: "string", default: "./data" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "3210" },
  "site-port": { type: "string", default: "3211" },
  "admin-key": { type: "string" },
  "reveal-errors": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;
const DEV_OPTIONS = { ...START_OPTIONS, watch: { type: "string", multiple: true } } as const;
const HELP_OPTION = { type: "boolean", short: "h", default: false } as const;
const CODEGEN_OPTIONS = { functions: START_OPTIONS.functions, help: HELP_OPTION } as const;
const REMOTE_OPTIONS = {
  url: { type: "string" },
  "admin-key": START_OPTIONS["admin-key"],
} as const;
const RUN_OPTIONS = { ...CODEGEN_OPTIONS, ...REMOTE_OPTIONS, data: START_OPTIONS.data } as const;
const DATA_OPTIONS = {
  data: START_OPTIONS.data,
  limit: { type: "string", default: "100" },
  help: HELP_OPTION,
} as const;
const LOGS_OPTIONS = { ...DATA_OPTIONS, follow: { type: "boolean", default: false } } as const;
const FOLDER_OPERANDS = {
  backup: ["a folder"],
  restore: ["a folder"],
  export: ["a file"],
  import: ["a file"],
  doctor: [],
} as const;
const FOLDER_OPTIONS = { data: START_OPTIONS.data, help: HELP_OPTION } as const;

/**
 * Reads the arguments that follow the program's name.
 *
 * @throws CommandLineError
 */
export function parseCommandLine(argv: readonly string[]): Command {
  const [command, ...rest] = argv;
  switch (command) {
    case "--help":
    case "-h":
    case "help":
      return { command: "help" };
    case "start":
      return parseStart(rest);
    case "dev":
      return parseDev(rest);
    case "codegen":
      return parseCodegen(rest);
    case "run":
      return parseRun(rest);
    case "data":
      return parseData(rest);
    case "logs":
      return parseLogs(rest);
    case "env":
      return parseEnv(rest);
    case "backup":
    case "restore":
    case "doctor":
    case "export":
    case "import":
      return parseFolderCommand(command, rest);
    case undefined:
      throw new CommandLineError("A command is missing; see parley-engine --help.");
    default:
      throw new CommandLineError(`There is no command ${command}; see parley-engine --help.`);
  }
}

function parseStart(args: string[]): Command {
  const values = readOptions(() => parseArgs({ args, options: START_OPTIONS }).values);
  if (values.help) return { command: "help" };
  return { command: "start", options: startOptions(values) };
}

function parseDev(args: string[]): Command {
  const values = readOptions(() => parseArgs({ args, options: DEV_OPTIONS }).values);
  if (values.help) return { command: "help" };
  return {
    command: "dev",
    options: { ...startOptions(values), revealsErrors: true },
    alsoWatched: (values.watch ?? []).map((path) => folder("--watch", path)),
  };
}

interface StartValues {
  functions?: string;
  data: string;
  host: string;
  port: string;
  "site-port": string;
  "admin-key"?: string;
  "reveal-errors": boolean;
}

function startOptions(values: StartValues): StartOptions {
  const adminKey = values["admin-key"] ?? null;
  if (adminKey === "") throw new CommandLineError("The option --admin-key needs a value.");
  return {
    functionsDir: functionsFolder(values.functions),
    dataDir: folder("--data", values.data),
    host: values.host === "" ? "127.0.0.1" : values.host,
    port: portNumber("--port", values.port),
    sitePort: portNumber("--site-port", values["site-port"]),
    adminKey,
    revealsErrors: values["reveal-errors"],
  };
}

function parseCodegen(args: string[]): Command {
  const values = readOptions(() => parseArgs({ args, options: CODEGEN_OPTIONS }).values);
  if (values.help) return { command: "help" };
  return { command: "codegen", functionsDir: functionsFolder(values.functions) };
}

function parseRun(args: string[]): Command {
  const { values, positionals } = readOptions(() =>
    parseArgs({ args, options: RUN_OPTIONS, allowPositionals: true }),
  );
  if (values.help) return { command: "help" };
  const [path, json = "{}"] = operands("run", positionals, ["a function"], ["arguments"]);
  return {
    command: "run",
    functionsDir: functionsFolder(values.functions),
    dataDir: folder("--data", values.data),
    path: path!,
    args: functionArguments(json),
    remote: remoteOf(values),
  };
}

function parseData(args: string[]): Command {
  const { values, positionals } = readOptions(() =>
    parseArgs({ args, options: DATA_OPTIONS, allowPositionals: true }),
  );
  if (values.help) return { command: "help" };
  const [table = null] = operands("data", positionals, [], ["a table"]);
  const rowsMax = limitNumber(values.limit);
  return { command: "data", dataDir: folder("--data", values.data), table, rowsMax };
}

function parseLogs(args: string[]): Command {
  const values = readOptions(() => parseArgs({ args, options: LOGS_OPTIONS }).values);
  if (values.help) return { command: "help" };
  return {
    command: "logs",
    dataDir: folder("--data", values.data),
    runsMax: limitNumber(values.limit),
    follows: values.follow,
  };
}

function limitNumber(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= ROWS_PRINTED_MAX) return count;
  throw new CommandLineError(
    `The option --limit needs a number from 1 to ${ROWS_PRINTED_MAX}, not "${text}".`,
  );
}

function parseEnv(args: string[]): Command {
  const { values, positionals } = readOptions(() =>
    parseArgs({
      args,
      options: { ...FOLDER_OPTIONS, ...REMOTE_OPTIONS },
      allowPositionals: true,
    }),
  );
  if (values.help) return { command: "help" };
  const [kind, ...rest] = positionals;
  return {
    command: "env",
    dataDir: folder("--data", values.data),
    change: variableChange(kind, rest),
    remote: remoteOf(values),
  };
}

function remoteOf(values: { url?: string; "admin-key"?: string }): Remote | null {
  const { url, "admin-key": adminKey = process.env.CONVEX_SELF_HOSTED_ADMIN_KEY } = values;
  if (url === undefined) return null;
  if (!/^https?:\/\/[^/]/.test(url)) {
    throw new CommandLineError("The option --url needs an address that begins with http.");
  }
  if (!adminKey) throw new CommandLineError("The option --url needs --admin-key too.");
  return { url, adminKey };
}

function variableChange(kind: string | undefined, rest: readonly string[]): VariableChange {
  switch (kind) {
    case "list":
      operands("env list", rest, [], []);
      return { kind };
    case "get":
    case "remove": {
      const [name] = operands(`env ${kind}`, rest, ["a name"], []);
      return { kind, name: variableName(name!) };
    }
    case "set": {
      const [name, value] = operands("env set", rest, ["a name", "a value"], []);
      if (BUILT_IN_VARIABLES.has(name!)) {
        throw new CommandLineError(
          `The variable ${name} is the deployment's own: it is set for \`start\`, and not kept.`,
          1,
        );
      }
      return { kind, name: variableName(name!), value: value! };
    }
    default:
      throw new CommandLineError("The command env needs list, get, set or remove.");
  }
}

function parseFolderCommand(command: keyof typeof FOLDER_OPERANDS, args: string[]): Command {
  const { values, positionals } = readOptions(() =>
    parseArgs({ args, options: FOLDER_OPTIONS, allowPositionals: true }),
  );
  if (values.help) return { command: "help" };
  const dataDir = folder("--data", values.data);
  const [path] = operands(command, positionals, FOLDER_OPERANDS[command], []);
  switch (command) {
    case "backup":
      return { command, dataDir, to: path! };
    case "restore":
      return { command, dataDir, from: path! };
    case "export":
    case "import":
      return { command, dataDir, file: path! };
    case "doctor":
      return { command, dataDir };
    default:
      return command satisfies never;
  }
}

/** What stands behind a command without a dash. */
function operands(
  command: string,
  given: readonly string[],
  required: readonly string[],
  optional: readonly string[],
): readonly string[] {
  const missing = required[given.length];
  const isEmpty = given.some((operand, place) => operand === "" && required[place] !== "a value");
  if (missing !== undefined || isEmpty) {
    throw new CommandLineError(`The command ${command} needs ${required.join(" and ")}.`);
  }
  const extra = given[required.length + optional.length];
  if (extra !== undefined) {
    throw new CommandLineError(`The command ${command} cannot use "${extra.slice(0, 80)}".`);
  }
  return given;
}

function functionArguments(json: string): JSONObject {
  try {
    const value: unknown = JSON.parse(json);
    if (isJSONObject(value)) return value;
  } catch {
    // Said below, together with everything else that is no object.
  }
  throw new CommandLineError("The arguments of a function must be a JSON object.");
}

function variableName(name: string): string {
  if (VARIABLE_NAME.test(name)) return name;
  throw new CommandLineError(
    `A variable's name has letters, digits and underscores only, unlike "${name.slice(0, 80)}".`,
  );
}

/** The first sentence of what Node says; the rest is about writing values that start with a dash. */
function readOptions<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const text = error instanceof Error ? error.message : "The options cannot be read";
    const sentence = text.split(/\.\s|\n/, 1)[0]!.replace(/\.$/, "");
    throw new CommandLineError(`${sentence}; see parley-engine --help.`);
  }
}

function folder(option: string, path: string): string {
  if (path === "") throw new CommandLineError(`The option ${option} needs a folder.`);
  return path;
}

/** What is asked for, else what the project's `convex.json` says, else `convex`. */
function functionsFolder(given: string | undefined): string {
  return folder("--functions", given ?? configuredFunctionsFolder() ?? "convex");
}

/** Source: convex 1.48 `cli/lib/config.ts`. */
function configuredFunctionsFolder(): string | null {
  let text: string;
  try {
    text = readFileSync("convex.json", "utf8");
  } catch {
    return null;
  }
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    // Said below, together with everything else that is no such file.
  }
  const functions = isJSONObject(config) ? (config.functions ?? null) : undefined;
  if (functions === null || (typeof functions === "string" && functions !== "")) return functions;
  throw new CommandLineError("The file convex.json is no object with a folder as `functions`.", 1);
}

function portNumber(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CommandLineError(`The option ${option} needs a number from 0 to 65535, not "${text}".`);
}

import { parseArgs } from "node:util";

/** What the command line asks for. */
export type Command =
  | { command: "help" }
  | { command: "start"; options: StartOptions }
  | { command: "codegen"; functionsDir: string };

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
  codegen    write the folder's _generated files
  export, import, backup, restore, doctor    are not there yet

Options of start
  --functions DIR     the functions folder (convex)
  --data DIR          where everything is kept, created if need be (./data)
  --host HOST         the address to listen on (127.0.0.1)
  --port N            for clients: socket and HTTP API (3210)
  --site-port N       for HTTP actions (3211)
  --admin-key KEY     grants every right to who presents it (nobody is admin)
  --reveal-errors     tell clients the text of uncaught errors, for development

Options of codegen
  --functions DIR     the functions folder (convex)

CONVEX_CLOUD_URL and CONVEX_SITE_URL say how the two ports are reached from outside, where that
is not http://HOST:PORT. Functions see them, and every other variable, in process.env.
`;

const LATER = new Set(["export", "import", "backup", "restore", "doctor"]);
const START_OPTIONS = {
  functions: { type: "string", default: "convex" },
  data: { type: "string", default: "./data" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "3210" },
  "site-port": { type: "string", default: "3211" },
  "admin-key": { type: "string" },
  "reveal-errors": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;
const CODEGEN_OPTIONS = {
  functions: { type: "string", default: "convex" },
  help: { type: "boolean", short: "h", default: false },
} as const;

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
    case "codegen":
      return parseCodegen(rest);
    case undefined:
      throw new CommandLineError("A command is missing; see parley-engine --help.");
    default:
      if (LATER.has(command)) {
        throw new CommandLineError(`The command ${command} is not there yet.`, 1);
      }
      throw new CommandLineError(`There is no command ${command}; see parley-engine --help.`);
  }
}

function parseStart(args: string[]): Command {
  const values = readOptions(() => parseArgs({ args, options: START_OPTIONS }).values);
  if (values.help) return { command: "help" };
  const adminKey = values["admin-key"] ?? null;
  if (adminKey === "") throw new CommandLineError("The option --admin-key needs a value.");
  return {
    command: "start",
    options: {
      functionsDir: folder("--functions", values.functions),
      dataDir: folder("--data", values.data),
      host: values.host === "" ? "127.0.0.1" : values.host,
      port: portNumber("--port", values.port),
      sitePort: portNumber("--site-port", values["site-port"]),
      adminKey,
      revealsErrors: values["reveal-errors"],
    },
  };
}

function parseCodegen(args: string[]): Command {
  const values = readOptions(() => parseArgs({ args, options: CODEGEN_OPTIONS }).values);
  if (values.help) return { command: "help" };
  return { command: "codegen", functionsDir: folder("--functions", values.functions) };
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

function portNumber(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CommandLineError(`The option ${option} needs a number from 0 to 65535, not "${text}".`);
}

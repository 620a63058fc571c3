import { EngineError } from "../base/engine-error.ts";
import { writeGeneratedFiles } from "../codegen/generate-files.ts";
import { backUp, restore } from "./backup.ts";
import { CommandLineError, HELP, parseCommandLine } from "./command-line.ts";
import { examine } from "./doctor.ts";
import { exportSnapshot } from "./export-snapshot.ts";
import { importSnapshot } from "./import-snapshot.ts";
import { printData } from "./print-data.ts";
import { printLogs } from "./print-logs.ts";
import { runFunction } from "./run-function.ts";
import { type OnServing, start } from "./start.ts";
import { changeVariables } from "./variables.ts";

/**
 * The command line of the engine. Ends the process where it fails: 2 for a command line that is not
 * understood, 1 for everything else, each with one sentence.
 *
 * @param argv What follows the program's name.
 * @param onServing Told once the program serves, and with which arguments more it would be the same.
 */
export async function main(argv: string[], onServing: OnServing): Promise<void> {
  try {
    await run(argv, onServing);
  } catch (error) {
    if (error instanceof CommandLineError) fail(error.message, error.exitCode);
    else if (error instanceof EngineError) fail(error.message, 1);
    else throw error;
  }
}

async function run(argv: string[], onServing: OnServing): Promise<void> {
  const command = parseCommandLine(argv);
  switch (command.command) {
    case "help":
      process.stdout.write(HELP);
      return;
    case "codegen":
      codegen(command.functionsDir);
      return;
    case "start":
      await start(command.options, onServing);
      return;
    case "dev":
      generateForDevelopment(command.options.functionsDir);
      await start(command.options, onServing, command.alsoWatched);
      return;
    case "run":
      await runFunction(command);
      return;
    case "data":
      await printData(command);
      return;
    case "logs":
      printLogs(command);
      return;
    case "env":
      await changeVariables(command, command.change);
      return;
    case "backup":
      await backUp(command.dataDir, command.to);
      console.log(`The backup is in ${command.to}`);
      return;
    case "restore":
      restore(command.from, command.dataDir);
      console.log(`The data folder is ${command.dataDir}`);
      return;
    case "export":
      await exportSnapshot(command.dataDir, command.file);
      console.log(`The snapshot is ${command.file}`);
      return;
    case "import": {
      const { documents, files } = await importSnapshot(command.dataDir, command.file);
      console.log(`Imported ${documents} documents and ${files} files`);
      return;
    }
    case "doctor":
      await doctor(command.dataDir);
      return;
    default:
      command satisfies never;
  }
}

async function doctor(dataDir: string): Promise<void> {
  const findings = await examine(dataDir);
  for (const finding of findings) console.log(finding);
  if (findings.length > 0) process.exitCode = 1;
  else console.log("The data folder is sound.");
}

function codegen(functionsDir: string): void {
  const written = readable(functionsDir, () => writeGeneratedFiles(functionsDir));
  for (const path of written) console.log(`Wrote ${path}`);
  if (written.length === 0) console.log("Everything in _generated is up to date.");
}

/** What is wrong with the functions is said, and waited for, by who loads them. */
function generateForDevelopment(functionsDir: string): void {
  try {
    codegen(functionsDir);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}

function readable<T>(functionsDir: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new CommandLineError(
      `The functions folder ${functionsDir} cannot be used: ${error.message.split(",", 1)[0]}.`,
      1,
    );
  }
}

function fail(message: string, exitCode: number): never {
  console.error(message);
  process.exit(exitCode);
}

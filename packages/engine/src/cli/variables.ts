import { readVariables, writeVariables } from "../persistence/variables.ts";
import { CommandLineError, type VariableChange } from "./command-line.ts";
import { withDataFolder } from "./offline.ts";

/**
 * Prints or changes the variables that functions see. They take effect at the next start, and come
 * before those of the process.
 */
export async function changeVariables(dataDir: string, change: VariableChange): Promise<void> {
  await withDataFolder(dataDir, (persistence) => {
    const variables = new Map(Object.entries(readVariables(persistence)));
    switch (change.kind) {
      case "list":
        for (const [name, value] of [...variables].sort()) console.log(`${name}=${value}`);
        return;
      case "get":
        console.log(requireVariable(variables, change.name));
        return;
      case "remove":
        requireVariable(variables, change.name);
        variables.delete(change.name);
        break;
      case "set":
        variables.set(change.name, change.value);
        break;
      default:
        change satisfies never;
    }
    writeVariables(persistence, Object.fromEntries(variables));
  });
}

function requireVariable(variables: ReadonlyMap<string, string>, name: string): string {
  const value = variables.get(name);
  if (value === undefined) throw new CommandLineError(`There is no variable ${name}.`, 1);
  return value;
}

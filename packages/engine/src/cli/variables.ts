import { readVariables, writeVariables } from "../persistence/variables.ts";
import { CommandLineError, type VariableChange } from "./command-line.ts";
import { withDataFolder } from "./offline.ts";
import { callRemote, post, type Remote } from "./remote.ts";

/**
 * Prints or changes the variables that functions see, which come before those of the process. In an
 * engine that runs they take effect at once, in a data folder at the next start.
 */
export async function changeVariables(
  place: { dataDir: string; remote: Remote | null },
  change: VariableChange,
): Promise<void> {
  if (place.remote) await changeInEngine(place.remote, change);
  else await changeInFolder(place.dataDir, change);
}

async function changeInEngine(remote: Remote, change: VariableChange): Promise<void> {
  const path = "_system/cli/queryEnvironmentVariables";
  const all = (await callRemote(remote, path, {})) as Array<{ name: string; value: string }>;
  const variables = new Map(all.map(({ name, value }) => [name, value]));
  const now = told(variables, change);
  if (now === null) return;
  const [name, value] = now;
  await post(remote, "/api/update_environment_variables", { changes: [{ name, value }] });
}

async function changeInFolder(dataDir: string, change: VariableChange): Promise<void> {
  await withDataFolder(dataDir, (persistence) => {
    const variables = new Map(Object.entries(readVariables(persistence)));
    const now = told(variables, change);
    if (now === null) return;
    const [name, value] = now;
    if (value === null) variables.delete(name);
    else variables.set(name, value);
    writeVariables(persistence, Object.fromEntries(variables));
    console.log("It takes effect at the next start.");
  });
}

/** Prints what is asked for; returns what is to be changed, null for nothing. */
function told(
  variables: ReadonlyMap<string, string>,
  change: VariableChange,
): [name: string, value: string | null] | null {
  switch (change.kind) {
    case "list":
      for (const [name, value] of [...variables].sort()) console.log(`${name}=${value}`);
      return null;
    case "get":
      console.log(requireVariable(variables, change.name));
      return null;
    case "remove":
      requireVariable(variables, change.name);
      return [change.name, null];
    case "set":
      return [change.name, change.value];
    default:
      return change satisfies never;
  }
}

function requireVariable(variables: ReadonlyMap<string, string>, name: string): string {
  const value = variables.get(name);
  if (value === undefined) throw new CommandLineError(`There is no variable ${name}.`, 1);
  return value;
}

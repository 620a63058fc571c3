import type { Persistence } from "./persistence.ts";

const SETTING = "environment";

/** The environment variables that an operator has set for the functions of this data folder. */
export function readVariables(persistence: Persistence): Record<string, string> {
  return JSON.parse(persistence.readSetting(SETTING) ?? "{}") as Record<string, string>;
}

export function writeVariables(persistence: Persistence, variables: Record<string, string>): void {
  persistence.writeSetting(SETTING, JSON.stringify(variables));
}

import { type Environment, realEnvironment } from "../base/environment.ts";

/** The variables of this process. */
export function environmentVariables(): Record<string, string> {
  const set = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && entry[0] !== "PARLEY_SUPERVISOR",
  );
  return Object.fromEntries(set);
}

/** The real world, with a log of one line an event on the error output. */
export function environmentWithLog(): Environment {
  const environment: Environment = realEnvironment((level, message, facts) => {
    const about = facts === undefined ? "" : ` ${JSON.stringify(facts)}`;
    const time = new Date(environment.nowMs()).toISOString();
    console.error(`${time} ${level} ${message}${about}`);
  });
  return environment;
}

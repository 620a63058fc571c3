import { BUILT_IN_VARIABLES } from "../base/built-in-variables.ts";
import { isJSONObject } from "../values/json.ts";
import { HttpError } from "./http-error.ts";

/** Sets a variable, or with `value: null` removes it. */
export interface VariableChange {
  name: string;
  value: string | null;
}

const CHANGES_MAX = 1_000;
const VALUE_LENGTH_MAX = 8_192;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;

/**
 * Reads the body of `/api/update_environment_variables`.
 *
 * @throws HttpError(400) when it is no such body.
 * Source: convex 1.48 `cli/lib/env.ts`.
 */
export function parseVariableChanges(body: Buffer): VariableChange[] {
  const json: unknown = parse(body);
  const changes = isJSONObject(json) ? json.changes : null;
  if (!Array.isArray(changes) || changes.length > CHANGES_MAX) throw bad("changes");
  return changes.map((change) => {
    if (!isJSONObject(change)) throw bad("changes");
    const { name, value = null } = change;
    if (typeof name !== "string" || !NAME.test(name)) throw bad("name");
    if (value !== null && typeof value !== "string") throw bad("value");
    if (value !== null && BUILT_IN_VARIABLES.has(name)) {
      const message = `${name} is the deployment's own and cannot be set.`;
      throw new HttpError(400, "BadVariables", message);
    }
    if (value !== null && value.length > VALUE_LENGTH_MAX) throw bad("value");
    return { name, value };
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw bad("body");
  }
}

function bad(what: string): HttpError {
  return new HttpError(400, "BadVariables", `The ${what} of these changes cannot be read.`);
}

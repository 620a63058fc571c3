import { isJSONObject, type JSONValue } from "../values/json.ts";
import { CommandLineError } from "./command-line.ts";
import { environmentWithLog } from "./surroundings.ts";

/** An engine that runs, and the key by which it takes orders. */
export interface Remote {
  url: string;
  adminKey: string;
}

/**
 * Asks a running engine over HTTP.
 *
 * @throws CommandLineError with its reason, or that nobody is there.
 */
export async function post(remote: Remote, path: string, body: JSONValue): Promise<JSONValue> {
  let response: Response;
  try {
    response = await environmentWithLog().fetch(`${remote.url.replace(/\/$/, "")}${path}`, {
      method: "POST",
      headers: { authorization: `Convex ${remote.adminKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new CommandLineError(`No engine answers at ${remote.url}.`, 1);
  }
  const answer = (await response.json().catch(() => null)) as JSONValue;
  if (response.ok) return answer;
  const reason = isJSONObject(answer) ? answer.message : undefined;
  throw new CommandLineError(
    typeof reason === "string" ? reason : `The engine answers with status ${response.status}.`,
    1,
  );
}

/** Calls any function, internal ones too; returns its result as encoded JSON. */
export async function callRemote(
  remote: Remote,
  path: string,
  args: JSONValue,
): Promise<JSONValue> {
  const answer = await post(remote, "/api/function", { path, args, format: "convex_encoded_json" });
  if (!isJSONObject(answer)) throw new CommandLineError(`No engine answers at ${remote.url}.`, 1);
  if (answer.status === "success") return answer.value ?? null;
  throw new CommandLineError(String(answer.errorMessage), 1);
}

import { limits } from "../base/limits.ts";
import { canonicalFunctionPath, functionNameIn } from "../protocol/function-path.ts";
import { decodeTimestamp } from "../protocol/timestamp.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { JSON_NESTING_MAX, nestsTooDeeply } from "../values/json-nesting.ts";
import { cleanJson } from "./clean-json.ts";
import type { CallResult } from "./function-caller.ts";
import { HttpError } from "./http-error.ts";

/** How values in the answer are written. Arguments are encoded JSON either way. */
export type ValueFormat = "convex_encoded_json" | "json";

/** The body of a call over HTTP. */
export interface CallRequest {
  functionPath: string;
  args: JSONObject;
  format: ValueFormat;
  /** Only where the call says at which snapshot it is to run. */
  ts: bigint | null;
}

/**
 * Reads the body of `/api/query` and its like.
 *
 * @throws HttpError(400), ProtocolError when it is no such body.
 * Source: convex 1.48 `browser/http_client.ts`; SPEC HT1 to HT3.
 */
export function parseCallRequest(body: Buffer): CallRequest {
  return requestOf(parseJson(body));
}

function requestOf(json: unknown): CallRequest {
  if (!isJSONObject(json)) throw bad("The body must be a JSON object.");
  if (typeof json.path !== "string") throw bad('The field "path" must name a function.');
  const component = json.componentPath ?? "";
  if (typeof component !== "string") throw bad('The field "componentPath" must be a text.');
  return {
    functionPath: functionNameIn(component, canonicalFunctionPath(json.path)),
    args: readArgs(json.args),
    format: readFormat(json.format),
    ts: readTimestamp(json.ts),
  };
}

/** Reads the query of a GET address: `path`, `args` as JSON text, `format`. @throws as above. */
export function parseCallAddress(target: string): CallRequest {
  const query = target.indexOf("?");
  const fields = new URLSearchParams(query < 0 ? "" : target.slice(query + 1));
  const { path, format, args } = Object.fromEntries(fields);
  return requestOf({
    ...(path === undefined ? {} : { path }),
    ...(format === undefined ? {} : { format }),
    ...(args === undefined ? {} : { args: parseJson(Buffer.from(args)) as JSONValue }),
  });
}

/** Reads a body whose function is named by the address, `/api/run/<module>/<function>`. @throws as above. */
export function parseRunRequest(name: string, body: Buffer): CallRequest {
  const json = body.length === 0 ? {} : parseJson(body);
  if (!isJSONObject(json)) throw bad("The body must be a JSON object.");
  const end = name.lastIndexOf("/");
  const path = end < 0 ? name : `${name.slice(0, end)}:${name.slice(end + 1)}`;
  return requestOf({ ...json, path });
}

/** Reads `{queries: [...]}`. @throws as above, and for more than there may be at once. */
export function parseBatch(body: Buffer): CallRequest[] {
  const json = parseJson(body);
  const queries = isJSONObject(json) ? json.queries : undefined;
  if (!Array.isArray(queries) || queries.length > limits.batchQueriesMax) {
    throw bad(`The field "queries" must be a list of at most ${limits.batchQueriesMax} queries.`);
  }
  return queries.map((query) => requestOf(query));
}

/** The answer to a call. A function that failed is an answer too. */
export function writeCallResult(result: CallResult, format: ValueFormat): string {
  const logLinesJson = JSON.stringify(result.logLines);
  if (result.ok) {
    const value = inFormat(result.valueJson, format);
    return `{"status":"success","value":${value},"logLines":${logLinesJson}}`;
  }
  const { errorMessage, errorDataJson } = result;
  // Present only for a ConvexError: its mere presence makes the client throw one.
  const data = errorDataJson === undefined ? "" : `"errorData":${inFormat(errorDataJson, format)},`;
  return (
    `{"status":"error","errorMessage":${JSON.stringify(errorMessage)},` +
    `${data}"logLines":${logLinesJson}}`
  );
}

function inFormat(json: string, format: ValueFormat): string {
  return format === "json" ? JSON.stringify(cleanJson(JSON.parse(json))) : json;
}

function parseJson(body: Buffer): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    if (nestsTooDeeply(text)) {
      throw bad(`The body may nest at most ${JSON_NESTING_MAX} levels deep.`);
    }
    return JSON.parse(text);
  } catch (error) {
    throw error instanceof HttpError ? error : bad("The body must be JSON in UTF-8.");
  }
}

function readArgs(json: JSONValue | undefined): JSONObject {
  if (json == null) return {};
  const args = Array.isArray(json) ? (json.length === 0 ? {} : json[0]) : json;
  if (!isJSONObject(args) || (Array.isArray(json) && json.length > 1)) {
    throw bad('The field "args" must be one object.');
  }
  return args;
}

function readFormat(json: JSONValue | undefined): ValueFormat {
  switch (json ?? "json") {
    case "convex_encoded_json":
    case "convex_json":
      return "convex_encoded_json";
    case "json":
      return "json";
    default:
      throw bad('The field "format" must be "json" or "convex_encoded_json".');
  }
}

function readTimestamp(json: JSONValue | undefined): bigint | null {
  if (json == null) return null;
  if (typeof json !== "string") throw bad('The field "ts" must be a timestamp.');
  return decodeTimestamp(json);
}

function bad(message: string): HttpError {
  return new HttpError(400, "BadJsonBody", message);
}

import { tameThrown, UNREADABLE } from "../base/thrown.ts";
import { userFrames } from "./source-frames.ts";

/**
 * A mistake of the caller's or of the user function's author, with the text that Convex gives.
 * It is told to the caller as it is, also where other error texts are withheld.
 */
export class FunctionCallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FunctionCallError";
  }
}

/** How a failed function appears to the caller. */
export interface FunctionFailure {
  /** Without the leading request id. */
  message: string;
  /** The encoded JSON text of a ConvexError's data; null for any other error. */
  dataJson: string | null;
}

/** An error is a few sentences; what was thrown instead of one may be anything. */
const TEXT_MAX = 1_000;
const CONVEX_ERROR = Symbol.for("ConvexError");

/** Reads what a function threw, anything at all. Never throws. */
export function describeThrown(given: unknown, revealsErrors: boolean): FunctionFailure {
  const thrown = tameThrown(given);
  const dataJson = convexErrorData(thrown);
  if (dataJson !== null) {
    return { message: `Uncaught ConvexError: ${readableData(dataJson)}`, dataJson };
  }
  if (thrown instanceof FunctionCallError) return { message: thrown.message, dataJson: null };
  if (!revealsErrors) return { message: "", dataJson: null };
  return { message: `Uncaught ${describeError(thrown)}`, dataJson: null };
}

/** "Error: text" and the places in the user's code, for logs and for developers. Never throws. */
export function describeError(given: unknown): string {
  try {
    const thrown = tameThrown(given);
    if (!isErrorLike(thrown)) return `Error: ${String(thrown).slice(0, TEXT_MAX)}`;
    const text = `${thrown.name}: ${thrown.message}`;
    return [text, ...userFrames(thrown.stack)].join("\n");
  } catch {
    // A getter, or a `toString`, that throws itself.
    return `Error: ${UNREADABLE}`;
  }
}

/** The encoded JSON text of a ConvexError's data; null for anything else. */
function convexErrorData(thrown: unknown): string | null {
  if (typeof thrown !== "object" || thrown === null || !(CONVEX_ERROR in thrown)) return null;
  try {
    const { data } = thrown as { data?: unknown };
    if (typeof data !== "string") return "null";
    // The library has put JSON there, unless the error did not let it.
    JSON.parse(data);
    return data;
  } catch {
    return "null";
  }
}

function isErrorLike(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error ||
    (typeof thrown === "object" &&
      thrown !== null &&
      typeof (thrown as Error).message === "string" &&
      typeof (thrown as Error).name === "string")
  );
}

function readableData(dataJson: string): string {
  const data: unknown = JSON.parse(dataJson);
  return typeof data === "string" ? data : dataJson;
}

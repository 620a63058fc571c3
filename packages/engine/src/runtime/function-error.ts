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

const CONVEX_ERROR = Symbol.for("ConvexError");

/** Reads what a function threw, anything at all. */
export function describeThrown(thrown: unknown, revealsErrors: boolean): FunctionFailure {
  if (isConvexError(thrown)) {
    const dataJson = typeof thrown.data === "string" ? thrown.data : "null";
    return { message: `Uncaught ConvexError: ${readableData(dataJson)}`, dataJson };
  }
  if (thrown instanceof FunctionCallError) return { message: thrown.message, dataJson: null };
  if (!revealsErrors) return { message: "", dataJson: null };
  return { message: `Uncaught ${describeError(thrown)}`, dataJson: null };
}

/** "Error: text" and the places in the user's code, for logs and for developers. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error) && !isErrorLike(thrown)) return `Error: ${safeText(thrown)}`;
  return [`${thrown.name}: ${thrown.message}`, ...userFrames(thrown.stack)].join("\n");
}

function isConvexError(thrown: unknown): thrown is { data: unknown } {
  return typeof thrown === "object" && thrown !== null && CONVEX_ERROR in thrown;
}

function isErrorLike(thrown: unknown): thrown is Error {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    typeof (thrown as Error).message === "string" &&
    typeof (thrown as Error).name === "string"
  );
}

function safeText(thrown: unknown): string {
  try {
    return String(thrown).slice(0, 1_000);
  } catch {
    return "something that cannot be shown was thrown";
  }
}

function readableData(dataJson: string): string {
  try {
    const data: unknown = JSON.parse(dataJson);
    return typeof data === "string" ? data : dataJson;
  } catch {
    return dataJson;
  }
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export type Log = (level: LogLevel, message: string, facts?: Record<string, unknown>) => void;

const VALUE_LENGTH_MAX = 500;

/** Facts whose names say that their value is nobody's business. */
const SECRET_NAME = /secret|password|token|authorization|cookie|api_?key|private|credential/i;

/**
 * Makes one line of a log entry: time, level, message, then facts as `name=value`.
 *
 * Line ends and control characters are escaped, so that no input can forge an entry; values of facts
 * whose name speaks of a secret are replaced.
 */
export function formatLogLine(
  wallMs: number,
  level: LogLevel,
  message: string,
  facts: Record<string, unknown> = {},
): string {
  const pairs = Object.entries(facts).map(([name, value]) => {
    const shown = SECRET_NAME.test(name) ? "[hidden]" : showValue(value);
    return `${name}=${shown}`;
  });
  return [new Date(wallMs).toISOString(), level, escapeControls(message), ...pairs].join(" ");
}

/** Writes entries to the given stream; debug entries only when asked for. */
export function createLog(
  write: (line: string) => void,
  { now, isVerbose }: { now: () => number; isVerbose: boolean },
): Log {
  return (level, message, facts) => {
    if (level === "debug" && !isVerbose) return;
    write(`${formatLogLine(now(), level, message, facts)}\n`);
  };
}

function showValue(value: unknown): string {
  const text = value instanceof Error ? value.message : toText(value);
  const short = text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
  return /^[\w.:/@+-]+$/.test(short) ? short : JSON.stringify(short);
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? String(value);
}

function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${code}`;
  });
}

import type { FunctionRun } from "../runtime/function-runs.ts";

/**
 * A run for people: when, what and how it went, and below it what it wrote.
 *
 * Control characters are shown and not sent: they would do something to a terminal.
 */
export function formatRun(run: FunctionRun): string {
  const { wallMs, kind, path, requestId, durationMs, error, logLines } = run;
  const took = durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs);
  const outcome = error === null ? "" : ` failed: ${error}`;
  const head = `${new Date(wallMs).toISOString()} ${kind} ${path} (${took} ms, request ${requestId})`;
  return [head + outcome, ...logLines.map((line) => `  ${line}`)].map(printable).join("\n");
}

function printable(text: string): string {
  const shown = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return shown.replaceAll("\n", "\n    ");
}

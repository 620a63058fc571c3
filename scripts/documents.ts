// What documents and tests promise about other files, read out of their text.

/**
 * Finds the paths that a Markdown text names: relative links, and code spans that begin with one of `folders`.
 *
 * @param documentPath Relative to the root; links are relative to its folder.
 * @returns Paths from the root, without anchors. Patterns (`*`, `<name>`, `…`) and addresses are no paths.
 */
export function namedPaths(documentPath: string, text: string, folders: string[]): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  const folder = documentPath.split("/").slice(0, -1);
  const paths: string[] = [];
  for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^([a-z]+:|#|\/)/.test(target)) continue;
    paths.push(join(folder, target.replace(/#.*$/, "")));
  }
  for (const [, span = ""] of prose.matchAll(/`([^`\n]+)`/g)) {
    if (/[*<>{}…\s]|\.\.\./.test(span) || !span.includes("/")) continue;
    if (folders.includes(span.split("/")[0] ?? "")) paths.push(span.replace(/:\d+$/, ""));
  }
  return paths;
}

/** The rule ids, such as `TX3`, that a specification defines: each opens a list item, heading or table row. */
export function definedRules(specification: string): string[] {
  const pattern = /^(?:[-*]\s+|#+\s+|\|\s*)?\*{0,2}\[?([A-Z]{2}\d{1,3})\]?\*{0,2}(?=[\s.:|)—-])/gm;
  return [...specification.matchAll(pattern)].map(([, id = ""]) => id);
}

/** The cells of the rows of all tables in a Markdown text; heads and the lines below them are none. */
export function tableRows(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  const isRule = (line: string | undefined) => line !== undefined && /^[|\s:-]+$/.test(line);
  return lines
    .filter((line, place) => !isRule(line) && !isRule(lines[place + 1]))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The rule ids that a test file cites as `[TX3]`, or several at once as `[TX3, TX4]` or `[TX3][TX4]`. */
export function citedRules(testText: string): string[] {
  const cited: string[] = [];
  for (const [, list = ""] of testText.matchAll(
    /\[((?:[A-Z]{2}\d{1,3})(?:[,\s]+[A-Z]{2}\d{1,3})*)\]/g,
  )) {
    cited.push(...list.split(/[,\s]+/));
  }
  return cited;
}

function join(folder: string[], target: string): string {
  const parts = [...folder];
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

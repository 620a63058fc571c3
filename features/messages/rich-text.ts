import { splitLinks } from "./text-parts";

/** What stands in a line. Texts are as they were written, without the marks around them. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "emphasis" | "strike"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "mention"; text: string; userId: string };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "quote"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; start: number | null; items: Inline[][] };

/** Who can be mentioned, by the name that stands in a text. */
export type Mentionable = { userId: string; name: string };

const FENCE = /^```[^\n`]*$/;
const QUOTE = /^> ?/;
const BULLET = /^ {0,3}[-*•] +(?=\S)/;
const NUMBER = /^ {0,3}(\d{1,4})[.)] +(?=\S)/;
/** Marks within marks; deeper than this they are text. */
const DEPTH_MAX = 6;

/**
 * Reads a message's little markup: **bold**, *italic* or _italic_, ~~struck~~, `code`, fenced code,
 * quotes, lists, links and the names of members after an @. What is no markup is text, to the letter.
 */
export function readRichText(text: string, members: readonly Mentionable[] = []): Block[] {
  const names = members
    .filter(({ name }) => name !== "")
    .sort((a, b) => b.name.length - a.name.length);
  const inline = (part: string) => readInline(part, names, 0);
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    const written = paragraph.join("\n");
    // The line between a block and a text is space already.
    const shown = blocks.length > 0 ? written.replace(/^\n/, "") : written;
    if (shown.trim() !== "") blocks.push({ kind: "paragraph", children: inline(shown) });
    paragraph = [];
  };
  const takeLines = (from: number, mark: RegExp): string[] => {
    let end = from;
    while (end < lines.length && mark.test(lines[end]!)) end++;
    return lines.slice(from, end);
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    if (FENCE.test(line)) {
      endParagraph();
      const close = lines.findIndex((later, index) => index > at && later.trimEnd() === "```");
      const end = close < 0 ? lines.length : close;
      blocks.push({ kind: "code", text: lines.slice(at + 1, end).join("\n") });
      at = end + 1;
      continue;
    }
    const mark = [QUOTE, BULLET, NUMBER].find((candidate) => candidate.test(line));
    if (mark === undefined) {
      paragraph.push(line);
      at++;
      continue;
    }
    endParagraph();
    const taken = takeLines(at, mark);
    const contents = taken.map((item) => item.replace(mark, ""));
    if (mark === QUOTE) blocks.push({ kind: "quote", children: inline(contents.join("\n")) });
    else {
      const start = mark === NUMBER ? Number(NUMBER.exec(line)?.[1]) : null;
      blocks.push({ kind: "list", start, items: contents.map(inline) });
    }
    at += taken.length;
  }
  endParagraph();
  return blocks;
}

const MARKS = [
  { mark: "**", kind: "strong" },
  { mark: "~~", kind: "strike" },
  { mark: "*", kind: "emphasis" },
  { mark: "_", kind: "emphasis" },
] as const;

const WORD = /[\p{L}\p{N}\p{M}_]/u;

function readInline(text: string, names: readonly Mentionable[], depth: number): Inline[] {
  // Links come first: the marks in an address are part of it.
  return splitLinks(text).flatMap((part) =>
    part.kind === "link" ? [part] : readMarked(part.text, names, depth),
  );
}

function readMarked(text: string, names: readonly Mentionable[], depth: number): Inline[] {
  const read: Inline[] = [];
  let plainFrom = 0;
  /** Marks that nothing closes from here on, so that a text full of them is read once, not once for each. */
  const unclosed = new Set<string>();
  const take = (from: number, to: number, inline: Inline) => {
    if (from > plainFrom) read.push({ kind: "text", text: text.slice(plainFrom, from) });
    read.push(inline);
    plainFrom = to;
  };
  for (let at = 0; at < text.length; ) {
    const next = readAt(text, at, { names, depth, unclosed });
    if (next) {
      take(at, next.end, next.inline);
      at = next.end;
    } else {
      // A mark that opens nothing is text as a whole: `**` is not two of `*`.
      at += text.startsWith("**", at) ? 2 : 1;
    }
  }
  if (plainFrom < text.length) read.push({ kind: "text", text: text.slice(plainFrom) });
  return read;
}

type Reading = { names: readonly Mentionable[]; depth: number; unclosed: Set<string> };

function readAt(
  text: string,
  at: number,
  { names, depth, unclosed }: Reading,
): { inline: Inline; end: number } | null {
  const character = text[at]!;
  if (character === "@") return readMention(text, at, names);
  if (character === "`") {
    if (unclosed.has("`")) return null;
    const end = text.indexOf("`", at + 1);
    if (end < 0) unclosed.add("`");
    if (end <= at + 1) return null;
    return { inline: { kind: "code", text: text.slice(at + 1, end) }, end: end + 1 };
  }
  const found = MARKS.find(({ mark }) => text.startsWith(mark, at));
  if (!found || depth >= DEPTH_MAX || unclosed.has(found.mark)) return null;
  const { mark, kind } = found;
  const from = at + mark.length;
  const opens =
    /\S/.test(text[from] ?? " ") && text[from] !== mark[0] && !WORD.test(text[at - 1] ?? " ");
  if (!opens) return null;
  const end = findClose(text, from, mark);
  if (end < 0) {
    unclosed.add(mark);
    return null;
  }
  const children = readMarked(text.slice(from, end), names, depth + 1);
  return { inline: { kind, children }, end: end + mark.length };
}

/** Where the mark closes what it opened: after something, before no word, and not as part of a longer mark. */
function findClose(text: string, from: number, mark: string): number {
  for (let end = text.indexOf(mark, from); end >= 0; end = text.indexOf(mark, end + 1)) {
    const before = text[end - 1] ?? " ";
    const after = text[end + mark.length] ?? " ";
    const isAlone = mark.length === 2 || (before !== mark && after !== mark);
    if (end > from && /\S/.test(before) && !WORD.test(after) && isAlone) return end;
  }
  return -1;
}

function readMention(
  text: string,
  at: number,
  names: readonly Mentionable[],
): { inline: Inline; end: number } | null {
  if (WORD.test(text[at - 1] ?? " ")) return null;
  const found = names.find(
    ({ name }) => text.startsWith(name, at + 1) && !WORD.test(text[at + 1 + name.length] ?? " "),
  );
  if (!found) return null;
  const end = at + 1 + found.name.length;
  return { inline: { kind: "mention", text: text.slice(at, end), userId: found.userId }, end };
}

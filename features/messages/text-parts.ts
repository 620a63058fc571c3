import { LinkifyIt } from "linkify-it";
import { isEmoji } from "@/shared/emoji";

export type TextPart =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string };

// Direction overrides and invisible characters end a link: inside one they could make it read as another.
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
const LINKS_MAX = 50;

const finder = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false, urlAuth: true });

/** Splits a text into plain text and web links. Only http and https become links. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  let links = 0;
  for (const found of finder.match(text) ?? []) {
    if (links >= LINKS_MAX) break;
    const shown = text.slice(found.index, found.lastIndex).split(INVISIBLE)[0] ?? "";
    const href = webAddress(shown, found.schema);
    if (href === null || found.index < end) continue;
    if (found.index > end) parts.push({ kind: "text", text: text.slice(end, found.index) });
    parts.push({ kind: "link", text: shown, href });
    end = found.index + shown.length;
    links++;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

function webAddress(shown: string, scheme: string): string | null {
  const address = scheme === "" ? `https://${shown}` : shown;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  // `https://bank.example@evil.example` reads as the bank.
  const hidesHost = url.username !== "" || url.password !== "";
  const hasDot = url.hostname.includes(".") || url.hostname === "localhost";
  return isWeb && !hidesHost && (hasDot || url.hostname.startsWith("[")) ? url.href : null;
}

/** A message longer than this, in units or lines, is shown folded. */
const FOLD_ABOVE_UNITS = 1_400;
const FOLD_ABOVE_LINES = 24;
const FOLDED_UNITS = 900;
const FOLDED_LINES = 14;

/** The beginning of a long text; `null` when it is short enough to be shown whole. */
export function foldText(text: string): string | null {
  const lines = text.split("\n");
  if (text.length <= FOLD_ABOVE_UNITS && lines.length <= FOLD_ABOVE_LINES) return null;
  const folded = lines.slice(0, FOLDED_LINES).join("\n").slice(0, FOLDED_UNITS);
  // Half of a surrogate pair would show as a broken character.
  return `${folded.replace(/[\ud800-\udbff]$/, "").trimEnd()}…`;
}

const BIG_EMOJI_MAX = 3;
let graphemes: Intl.Segmenter | undefined;

/** How many emoji a text of emoji only has, when it is few enough to show them large; else 0. */
export function countBigEmoji(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > BIG_EMOJI_MAX * 40) return 0;
  // Nearly every text ends here, before there is need of a segmenter, which takes a slow phone some 40 ms.
  if (/\p{L}/u.test(trimmed)) return 0;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let emoji = 0;
  for (const { segment } of graphemes.segment(trimmed)) {
    if (/^\s+$/u.test(segment)) continue;
    if (!isEmoji(segment) || ++emoji > BIG_EMOJI_MAX) return 0;
  }
  return emoji;
}

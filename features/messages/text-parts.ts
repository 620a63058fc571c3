import { isEmoji } from "@/shared/emoji";

export type TextPart =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string };

// Direction overrides and invisible characters end a link: inside one they could make it read as another.
const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"'`\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu;
const LINKS_MAX = 50;

/** Splits a text into plain text and web links. Only http and https become links. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  let links = 0;
  for (const match of text.matchAll(LINK)) {
    if (links >= LINKS_MAX) break;
    const shown = trimLink(match[0]);
    const href = webAddress(shown);
    if (href === null) continue;
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    parts.push({ kind: "link", text: shown, href });
    end = match.index + shown.length;
    links++;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** Takes off what belongs to the sentence: final punctuation, and a closing bracket without its opening one. */
function trimLink(link: string): string {
  let shown = link;
  for (;;) {
    const last = shown[shown.length - 1] ?? "";
    if (/[.,:;!?…*_~'"»”’]/u.test(last)) shown = shown.slice(0, -1);
    else if (last === ")" && count(shown, ")") > count(shown, "(")) shown = shown.slice(0, -1);
    else if (last === "]" && count(shown, "]") > count(shown, "[")) shown = shown.slice(0, -1);
    else return shown;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function webAddress(shown: string): string | null {
  const address = /^www\./i.test(shown) ? `https://${shown}` : shown;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  // `https://bank.example@evil.example` reads as the bank.
  const hidesHost = url.username !== "" || url.password !== "";
  const hasDot = url.hostname.includes(".") || url.hostname === "localhost";
  return isWeb && !hidesHost && (hasDot || url.hostname.startsWith("[")) ? url.href : null;
}

const BIG_EMOJI_MAX = 3;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many emoji a text of emoji only has, when it is few enough to show them large; else 0. */
export function countBigEmoji(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > BIG_EMOJI_MAX * 40) return 0;
  let emoji = 0;
  for (const { segment } of graphemes.segment(trimmed)) {
    if (/^\s+$/u.test(segment)) continue;
    if (!isEmoji(segment) || ++emoji > BIG_EMOJI_MAX) return 0;
  }
  return emoji;
}

import { cutText } from "./message-text";

/**
 * How texts are searched, the same for what is stored, asked for and marked on the screen. Search
 * indexes split at what is neither letter nor digit, find only the last word of a search by its
 * beginning, and leave out long words; so what they get is folded and split here before.
 */

/** What people type without: accents, vowel points, tone marks. Not the kana's, which are other letters. */
const strippedMarks =
  /(?![\u3099\u309a])(?=\p{M})(?:\p{Script=Inherited}|\p{Script=Hebrew}|\P{Alphabetic})/gu;
/** Soft hyphens, joiners and the Arabic lengthening stroke stand within words. */
const withinWords = /[\u00ad\u0640\u200c\u200d]/gu;
const katakana = /[\u30a1-\u30f6]/gu;
const KATAKANA_TO_HIRAGANA = -0x60;
const letters: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ı: "i",
  ς: "σ",
};
const foldedLetters = /[ßæœøłđıς]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the range of ASCII.
const ascii = /^[\x00-\x7f]*$/;

const word = /[\p{Alphabetic}\p{N}]+/gu;
/** Scripts that put no spaces between words, and Korean, which adds its particles to them. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/u;
const unspacedRuns = new RegExp(`(${unspaced.source})`, "u");
/** Letters with their marks; what is folded together is replaced together. */
const cluster = /[\u1100-\u11ff]+|\P{M}[\p{M}\uff9e\uff9f]*|\p{M}+/gu;

/** Indexes leave out words of 32 bytes and more. */
const TERM_BYTES_MAX = 31;
/** Indexes look at so many words of a search. */
const TERMS_MAX = 16;
/** What stands before the first match in an excerpt. */
const LEAD_UNITS = 32;

/** A word, found by its beginning, or a run of unspaced script, found anywhere. */
export type SearchPart = { kind: "word" | "run"; text: string };

/** From `start` to before `end`, in UTF-16 units. */
export type TextRange = { start: number; end: number };

/** The form in which texts are compared: without case, accents, width and kind of kana. */
export function foldSearchText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .toLowerCase()
    .normalize("NFKD")
    .toLowerCase()
    .replace(strippedMarks, "")
    .normalize("NFC")
    .replace(withinWords, "")
    .replace(foldedLetters, (letter) => letters[letter] ?? letter)
    .replace(katakana, (kana) => String.fromCharCode(kana.charCodeAt(0) + KATAKANA_TO_HIRAGANA));
}

/** What a search index gets of a text: terms with spaces between them, each once. */
export function searchTextOf(text: string): string {
  const terms = new Set<string>();
  for (const { kind, text: part } of partsOf(foldSearchText(text))) {
    if (kind === "word") terms.add(cutTerm(part));
    else for (const gram of grams(part)) terms.add(gram);
  }
  return [...terms].join(" ");
}

/** What somebody searches for, none when it is too little to look for: a lone letter of an alphabet. */
export function searchParts(search: string): SearchPart[] {
  const parts = partsOf(foldSearchText(search)).map(({ kind, text }) => ({ kind, text }));
  const isEnough = parts.some(({ kind, text }) => kind === "run" || text.length > 1);
  return isEnough ? parts : [];
}

/** The search as an index is asked for it; empty for nothing. What may be a beginning comes last. */
export function indexSearchOf(parts: readonly SearchPart[]): string {
  const whole: string[] = [];
  const beginnings: string[] = [];
  for (const { kind, text } of parts) {
    const points = [...text];
    if (kind === "word") beginnings.push(cutTerm(text));
    else if (points.length === 1) beginnings.push(text);
    else whole.push(...grams(text).slice(0, -1));
  }
  const last = beginnings.slice(-1);
  const others = [...whole, ...beginnings.slice(0, -1)].slice(0, TERMS_MAX - last.length);
  return [...others, ...last].join(" ");
}

/** Where the parts stand in a text, in order and without overlaps; `null` when one of them is missing. */
export function findParts(text: string, parts: readonly SearchPart[]): TextRange[] | null {
  const folded = foldWithPlaces(text);
  const there = partsOf(folded.text);
  const ranges: TextRange[] = [];
  for (const part of parts) {
    const found = there.flatMap((piece) => placesIn(piece, part));
    if (found.length === 0) return null;
    for (const { start, end } of found) {
      ranges.push({ start: folded.starts[start]!, end: folded.ends[end - 1]! });
    }
  }
  return mergeRanges(ranges);
}

/** A short piece of a text with the first match in it. */
export function excerptOf(text: string, matches: readonly TextRange[], maxUnits: number): string {
  const first = matches[0]?.start ?? 0;
  if (text.length <= maxUnits || first <= LEAD_UNITS) return cutText(text, maxUnits);
  const from = first - LEAD_UNITS;
  const space = text.slice(from, first).search(/\s/u);
  let start = space < 0 ? from : from + space + 1;
  if (isLowSurrogate(text.charCodeAt(start))) start++;
  return `…${cutText(text.slice(start), maxUnits - 1)}`;
}

type Piece = SearchPart & { at: number };

function partsOf(folded: string): Piece[] {
  const pieces: Piece[] = [];
  for (const match of folded.matchAll(word)) {
    let at = match.index;
    for (const text of match[0].split(unspacedRuns)) {
      if (text !== "") pieces.push({ kind: unspaced.test(text) ? "run" : "word", text, at });
      at += text.length;
    }
  }
  return pieces;
}

function placesIn(piece: Piece, part: SearchPart): TextRange[] {
  if (piece.kind !== part.kind) return [];
  const { length } = part.text;
  if (part.kind === "word") {
    return piece.text.startsWith(part.text) ? [{ start: piece.at, end: piece.at + length }] : [];
  }
  const places: TextRange[] = [];
  for (let from = piece.text.indexOf(part.text); from >= 0; ) {
    places.push({ start: piece.at + from, end: piece.at + from + length });
    from = piece.text.indexOf(part.text, from + length);
  }
  return places;
}

/** Each two neighbours, and the last one alone: every character begins a term. */
function grams(run: string): string[] {
  const points = [...run];
  return points.map((point, index) => point + (points[index + 1] ?? ""));
}

function cutTerm(text: string): string {
  let bytes = 0;
  let units = 0;
  for (const point of text) {
    const code = point.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > TERM_BYTES_MAX) break;
    units += point.length;
  }
  return text.slice(0, units);
}

type Folded = {
  text: string;
  /** Of each unit of the folded text, where what it was made of starts and ends. */
  starts: number[];
  ends: number[];
};

function foldWithPlaces(text: string): Folded {
  const folded: Folded = { text: "", starts: [], ends: [] };
  for (const match of text.matchAll(cluster)) {
    const part = foldSearchText(match[0]);
    folded.text += part;
    for (let unit = 0; unit < part.length; unit++) {
      folded.starts.push(match.index);
      folded.ends.push(match.index + match[0].length);
    }
  }
  return folded;
}

function mergeRanges(ranges: TextRange[]): TextRange[] {
  const merged: TextRange[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = merged[merged.length - 1];
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

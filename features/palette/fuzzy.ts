import { foldSearchText } from "@/shared/search-text";

/** What a letter of the search is worth where it stands. */
const AT_START = 8;
const AT_WORD = 6;
const IN_A_ROW = 5;
const ANYWHERE = 1;
/** All of it side by side, from the beginning of a word on. */
const WHOLE = 20;

/**
 * How well a text answers a search whose letters stand in it in this order, not necessarily side by
 * side; higher is better. `null`: it does not.
 */
export function fuzzyScore(text: string, search: string): number | null {
  const letters = foldSearchText(search).replace(/\s+/gu, "");
  const folded = foldSearchText(text);
  // The best of all ways to place the first letter; the others follow as near as they can.
  let best: number | null = letters === "" ? 0 : null;
  for (let at = folded.indexOf(letters[0] ?? "\0"); at >= 0; ) {
    const score = scoreFrom(folded, letters, at);
    const whole = folded.startsWith(letters, at) && isWordStart(folded, at) ? WHOLE : 0;
    if (score !== null && (best === null || score + whole > best)) best = score + whole;
    at = folded.indexOf(letters[0]!, at + 1);
  }
  // Of two that fit as well, the shorter one says less of other things.
  return best === null ? null : best - folded.length / 1_000;
}

function scoreFrom(folded: string, letters: string, start: number): number | null {
  let score = 0;
  let before = -2;
  let from = start;
  for (const letter of letters) {
    const near = folded[from] === letter ? from : wordStart(folded, letter, from);
    const at = near ?? folded.indexOf(letter, from);
    if (at < 0) return null;
    if (at === 0) score += AT_START;
    else if (at === before + 1) score += IN_A_ROW;
    else if (isWordStart(folded, at)) score += AT_WORD;
    else score += ANYWHERE;
    before = at;
    from = at + letter.length;
  }
  return score;
}

function wordStart(folded: string, letter: string, from: number): number | null {
  for (let at = folded.indexOf(letter, from); at >= 0; at = folded.indexOf(letter, at + 1)) {
    if (isWordStart(folded, at)) return at;
  }
  return null;
}

function isWordStart(folded: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(folded[at - 1]!);
}

/** Those that answer the search, the best first; equals keep their order. */
export function fuzzyFilter<T extends { label: string }>(
  items: readonly T[],
  search: string,
  max: number,
): T[] {
  return items
    .flatMap((item) => {
      const score = fuzzyScore(item.label, search);
      return score === null ? [] : [{ item, score }];
    })
    .sort((a, b) => (search.trim() === "" ? 0 : b.score - a.score))
    .slice(0, max)
    .map(({ item }) => item);
}

import { limits } from "../base/limits.ts";

const WORD = /[\p{Alphabetic}\p{N}]+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the range of ASCII.
const ASCII = /^[\x00-\x7f]*$/;

/**
 * Splits a text into terms as Convex does: runs of letters and digits of any script, lower-cased;
 * runs of 32 bytes and more are left out.
 *
 * Scripts that put no spaces between words are not split further: a whole clause is one term.
 *
 * @returns The terms in the order of the text, repetitions included.
 */
export function splitTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    // Before anything is made of it: a word may be a megabyte long.
    if (word.length >= limits.searchTermBytesMax) continue;
    const term = toLower(word);
    if (Buffer.byteLength(term) < limits.searchTermBytesMax) terms.push(term);
  }
  return terms;
}

/** Letter by letter, because at the end of a word JavaScript has another small sigma. */
function toLower(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return Array.from(word, (letter) => letter.toLowerCase()).join("");
}

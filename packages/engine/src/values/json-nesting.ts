/** How deep JSON from outside may nest: what a value may, and the message around it. */
export const JSON_NESTING_MAX = 72;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether JSON opens more than `nestingMax` arrays and objects at once. To be asked before anything
 * recursive sees the text: a stack overflow inside JSON or a promise hook cannot be caught. It
 * judges nothing else, and reads no further than the answer.
 */
export function nestsTooDeeply(text: string, nestingMax: number = JSON_NESTING_MAX): boolean {
  let nesting = 0;
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        nesting += 1;
        if (nesting > nestingMax) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        nesting -= 1;
        break;
    }
  }
  return false;
}

/** Strings are most of the text of a message, so they are skipped by `indexOf`, not read. */
function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

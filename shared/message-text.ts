import type { Refusal } from "./error-codes";
import { contentMaxUnits, previewMaxUnits } from "./limits";

// White space, control and format characters, everything Unicode calls ignorable (fillers, variation
// selectors, tags) and the empty Braille pattern: text made of these alone shows nothing.
const blank = /^[\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;
const loneSurrogate = /\p{Surrogate}/u;

/** Whether a reader would see nothing at all. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** Whether the text is not valid Unicode: half of a surrogate pair without its other half. */
export function hasLoneSurrogate(text: string): boolean {
  return loneSurrogate.test(text);
}

/**
 * Judges the content of a message, in the browser before sending and in the function that stores it.
 *
 * @returns `null` when it may be sent.
 */
export function contentRefusal(content: string): Refusal | null {
  if (content.length > contentMaxUnits) {
    return { code: "too_long", field: "content", max: contentMaxUnits };
  }
  if (isBlank(content)) return { code: "invalid", field: "content", reason: "blank" };
  if (hasLoneSurrogate(content)) return { code: "invalid", field: "content", reason: "malformed" };
  return null;
}

/** At most `maxUnits` UTF-16 units of the text, never half of a character. */
export function cutText(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const last = text.charCodeAt(maxUnits - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? maxUnits - 1 : maxUnits);
}

/** The one line that a conversation list shows of a message. */
export function previewText(content: string): string {
  // The cut comes first so that a long message costs no more than a short one; leading white space
  // is the only thing that could then leave the preview shorter than it had to be.
  return cutText(content.trimStart(), previewMaxUnits).replace(/\s+/gu, " ").trimEnd();
}

let graphemes: Intl.Segmenter | undefined;

function firstGrapheme(word: string): string {
  // Nothing joins these, and the first segmenter takes a slow phone some 40 ms.
  if (/^[!-~](?:[!-~]|$)/.test(word)) return word[0]!;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of graphemes.segment(word)) return segment;
  return "";
}

/** Up to two letters that stand for a name: of its first and last word, `?` when it has none. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s\p{Pd}_,.]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = words[0];
  if (first === undefined) return "?";
  const last = words.length > 1 ? words[words.length - 1]! : "";
  return (firstGrapheme(first) + firstGrapheme(last)).toLocaleUpperCase();
}

/** The hue (0 to 359) that belongs to an id, the same on every screen and for every viewer. */
export function hueOf(id: string): number {
  let hash = 2166136261;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 16777619);
  }
  // The last mixing keeps ids that differ in one digit from sharing a colour.
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((hash ^ (hash >>> 13)) >>> 0) % 360;
}

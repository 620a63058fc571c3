import { emojiLanguage } from "./emoji-language";

/**
 * An emoji and the names by which it can be written, `smile` for `:smile:`: those of the page's language
 * first, then the English ones, which people know from elsewhere.
 */
export type EmojiNames = readonly [emoji: string, ...names: string[]];

export type NamedEmoji = { emoji: string; name: string };

let loading: Promise<readonly EmojiNames[]> | null = null;

/** Fetched from our own server when somebody first begins to write a name; again after a failure. */
export function loadShortcodes(): Promise<readonly EmojiNames[]> {
  loading ??= fetch(`/emoji/${emojiLanguage()}/shortcodes.json`).then((response) => {
    if (!response.ok) throw new Error(`The names of emoji answered ${response.status}`);
    return response.json() as Promise<EmojiNames[]>;
  });
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

/** The emoji whose names fit best: exactly, then by their beginning, by a word of theirs, anywhere. */
export function searchShortcodes(
  all: readonly EmojiNames[],
  query: string,
  max: number,
): NamedEmoji[] {
  const wanted = query.toLowerCase();
  const ranked: NamedEmoji[][] = [[], [], [], []];
  for (const [emoji, ...names] of all) {
    let best: { rank: number; name: string } | null = null;
    for (const name of names) {
      const rank = rankOf(name, wanted);
      if (rank !== null && (best === null || rank < best.rank)) best = { rank, name };
    }
    if (best) ranked[best.rank]?.push({ emoji, name: best.name });
  }
  return ranked.flat().slice(0, max);
}

function rankOf(name: string, wanted: string): number | null {
  if (name === wanted) return 0;
  const at = name.indexOf(wanted);
  if (at < 0) return null;
  if (at === 0) return 1;
  return name[at - 1] === "_" ? 2 : 3;
}

export function findShortcode(all: readonly EmojiNames[], name: string): string | null {
  const wanted = name.toLowerCase();
  return all.find(([, ...names]) => names.includes(wanted))?.[0] ?? null;
}

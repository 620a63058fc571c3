// Puts the emoji data where the pages can ask for it: from the installed package into public/, so that
// nothing is fetched from anybody else. Plain Node, run before the pages are built.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const VENDORED_EMOJI = "public/emoji";

/** As far as they are languages of ours; `features/emoji/emoji-language.ts` falls back to English. */
const LOCALES = ["en", "de", "es", "fr", "ja", "zh"];
/** What the picker asks for, under the names it asks by. */
const PICKER_FILES = ["data.json", "messages.json"];

export function hasVendoredEmoji(rootDir) {
  return LOCALES.every((locale) =>
    existsSync(join(rootDir, VENDORED_EMOJI, locale, "shortcodes.json")),
  );
}

export function vendorEmoji(rootDir) {
  for (const locale of LOCALES) {
    const data = join(rootDir, "node_modules/emojibase-data");
    const from = join(data, locale);
    const to = join(rootDir, VENDORED_EMOJI, locale);
    mkdirSync(to, { recursive: true });
    for (const file of PICKER_FILES) copyFileSync(join(from, file), join(to, file));
    writeFileSync(join(to, "shortcodes.json"), JSON.stringify(listShortcodes(data, locale)));
  }
}

/** `[emoji, ...shortcodes]` of every emoji in its usual order, without tones: some kilobytes, not hundreds. */
function listShortcodes(folder, locale) {
  const read = (file) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const english = read("en/shortcodes/emojibase.json");
  // As the language writes them, where that is not in plain letters, and in plain letters.
  const own = ["cldr-native", "cldr"].map((kind) =>
    locale === "en" ? {} : read(`${locale}/shortcodes/${kind}.json`),
  );
  return read(`${locale}/data.json`)
    .filter(({ order, hexcode }) => order !== undefined && english[hexcode] !== undefined)
    .sort((a, b) => a.order - b.order)
    .map(({ emoji, hexcode }) =>
      [emoji, ...own.flatMap((names) => names[hexcode] ?? []), english[hexcode]].flat(),
    );
}

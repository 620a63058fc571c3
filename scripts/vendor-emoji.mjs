// Puts the emoji data where the pages can ask for it: from the installed package into public/, so that
// nothing is fetched from anybody else. Plain Node, run before the pages are built.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const VENDORED_EMOJI = "public/emoji";

const LOCALES = ["en"];
/** What the picker asks for, under the names it asks by. */
const PICKER_FILES = ["data.json", "messages.json"];

export function hasVendoredEmoji(rootDir) {
  return LOCALES.every((locale) =>
    existsSync(join(rootDir, VENDORED_EMOJI, locale, "shortcodes.json")),
  );
}

export function vendorEmoji(rootDir) {
  for (const locale of LOCALES) {
    const from = join(rootDir, "node_modules/emojibase-data", locale);
    const to = join(rootDir, VENDORED_EMOJI, locale);
    mkdirSync(to, { recursive: true });
    for (const file of PICKER_FILES) copyFileSync(join(from, file), join(to, file));
    writeFileSync(join(to, "shortcodes.json"), JSON.stringify(listShortcodes(from)));
  }
}

/** `[emoji, ...shortcodes]` of every emoji in its usual order, without tones: some kilobytes, not hundreds. */
function listShortcodes(folder) {
  const read = (file) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const codes = read("shortcodes/emojibase.json");
  return read("data.json")
    .filter(({ order, hexcode }) => order !== undefined && codes[hexcode] !== undefined)
    .sort((a, b) => a.order - b.order)
    .map(({ emoji, hexcode }) => [emoji, codes[hexcode]].flat());
}

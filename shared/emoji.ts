import { emojiMaxUnits } from "./limits";

const element = String.raw`\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?`;
const oneEmoji = new RegExp(
  `^(?:${[
    String.raw`\p{Regional_Indicator}{2}`, // flags of countries
    String.raw`[0-9#*]\uFE0F?\u20E3`, // keycaps
    String.raw`\u{1F3F4}[\u{E0020}-\u{E007E}]{1,8}\u{E007F}`, // flags of regions
    String.raw`${element}(?:\u200D${element})*`, // everything else, joined ones included
  ].join("|")})$`,
  "u",
);

/**
 * Whether the text is exactly one emoji.
 *
 * By pattern and not by `Intl.Segmenter`, which not every runtime that hosts the functions has.
 */
export function isEmoji(text: string): boolean {
  return text.length <= emojiMaxUnits && oneEmoji.test(text);
}

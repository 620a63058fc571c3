import { memo, useState } from "react";
import { t } from "../language/t";
import { splitLinks } from "./text-parts";

/** A message longer than this, in units or lines, is shown folded. */
const FOLD_ABOVE_UNITS = 1_400;
const FOLD_ABOVE_LINES = 24;
const FOLDED_UNITS = 900;
const FOLDED_LINES = 14;

function foldText(text: string): string | null {
  const lines = text.split("\n");
  if (text.length <= FOLD_ABOVE_UNITS && lines.length <= FOLD_ABOVE_LINES) return null;
  const folded = lines.slice(0, FOLDED_LINES).join("\n").slice(0, FOLDED_UNITS);
  // Half of a surrogate pair would show as a broken character.
  return `${folded.replace(/[\ud800-\udbff]$/, "").trimEnd()}…`;
}

/**
 * What somebody wrote, as text nodes and safe links only. It stands in a block that isolates it and
 * lets every paragraph take its own direction.
 */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const [isUnfolded, setIsUnfolded] = useState(false);
  const folded = isUnfolded ? null : foldText(text);
  return (
    <span className="wrap-anywhere whitespace-pre-wrap">
      {splitLinks(folded ?? text).map((part, index) =>
        part.kind === "text" ? (
          part.text
        ) : (
          <a
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move.
            key={index}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            className="font-medium text-accent-strong underline decoration-1 underline-offset-2"
          >
            {part.text}
          </a>
        ),
      )}
      {folded !== null && (
        <button
          type="button"
          onClick={() => setIsUnfolded(true)}
          className="ms-1.5 font-semibold text-accent-strong"
        >
          {t("message.readMore")}
        </button>
      )}
    </span>
  );
});

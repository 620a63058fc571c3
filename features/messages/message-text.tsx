import { memo, useMemo, useState } from "react";
import { cn } from "@/lib/cn";
import { t } from "../language/t";
import { CodeBlock } from "./code-block";
import { type Block, type Inline, type Mentionable, readRichText } from "./rich-text";
import { useTabStop } from "./tab-stop";
import { foldText } from "./text-parts";

const NOBODY: readonly Mentionable[] = [];
/** Which long messages are unfolded, also while their rows are out of sight. */
const unfolded = new Set<string>();

export type MessageTextProps = {
  /** Of the message, so that it stays unfolded. */
  messageKey: string;
  text: string;
  members?: readonly Mentionable[];
  viewerId?: string;
};

/**
 * What somebody wrote, as text nodes and safe elements only. It stands in a block that isolates it and
 * lets every paragraph take its own direction.
 */
export const MessageText = memo(function MessageText(props: MessageTextProps) {
  const tabStop = useTabStop();
  const { messageKey, text, members = NOBODY, viewerId = "" } = props;
  const [isUnfolded, setIsUnfolded] = useState(() => unfolded.has(messageKey));
  const folded = isUnfolded ? null : foldText(text);
  const shown = folded ?? text;
  const blocks = useMemo(() => readRichText(shown, members), [shown, members]);
  return (
    <span data-said="" className="wrap-anywhere whitespace-pre-wrap">
      {blocks.map((block, index) => (
        <TextBlock
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one text never move.
          key={index}
          block={block}
          isLast={index === blocks.length - 1}
          viewerId={viewerId}
        />
      ))}
      {folded !== null && (
        <button
          type="button"
          tabIndex={tabStop}
          onClick={() => {
            unfolded.add(messageKey);
            setIsUnfolded(true);
          }}
          className="ms-1.5 font-semibold text-accent-strong"
        >
          {t("message.readMore")}
        </button>
      )}
    </span>
  );
});

type TextBlockProps = { block: Block; isLast: boolean; viewerId: string };

function TextBlock({ block, isLast, viewerId }: TextBlockProps) {
  switch (block.kind) {
    case "paragraph":
      // The last one ends in the line in which the time stands.
      return (
        <span className={cn(!isLast && "block")}>{renderInlines(block.children, viewerId)}</span>
      );
    case "quote":
      return (
        <blockquote className="my-1 rounded-e-lg border-s-[3px] border-accent bg-code py-1 ps-2.5 pe-2">
          {renderInlines(block.children, viewerId)}
        </blockquote>
      );
    case "code":
      return <CodeBlock code={block.text} />;
    case "list": {
      const items = block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the items of one text never move.
        <li key={index}>{renderInlines(item, viewerId)}</li>
      ));
      return block.start === null ? (
        <ul className="my-0.5 list-disc ps-5">{items}</ul>
      ) : (
        <ol start={block.start} className="my-0.5 list-decimal ps-6">
          {items}
        </ol>
      );
    }
  }
  return block satisfies never;
}

function renderInlines(inlines: readonly Inline[], viewerId: string) {
  return inlines.map((inline, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move.
    <TextInline key={index} inline={inline} viewerId={viewerId} />
  ));
}

function TextInline({ inline, viewerId }: { inline: Inline; viewerId: string }) {
  const tabStop = useTabStop();
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "strong":
      return <strong className="font-title">{renderInlines(inline.children, viewerId)}</strong>;
    case "emphasis":
      return <em>{renderInlines(inline.children, viewerId)}</em>;
    case "strike":
      return <s>{renderInlines(inline.children, viewerId)}</s>;
    case "code":
      return (
        <code dir="ltr" className="rounded-[5px] bg-code px-1 py-px font-mono text-[0.92em]">
          {inline.text}
        </code>
      );
    case "link":
      return (
        <a
          tabIndex={tabStop}
          href={inline.href}
          title={inline.href}
          target="_blank"
          rel="noopener noreferrer nofollow ugc"
          className="font-medium text-accent-strong underline decoration-1 underline-offset-2"
        >
          {inline.text}
        </a>
      );
    case "mention":
      return (
        <bdi
          className={cn(
            "font-semibold text-accent-strong",
            inline.userId === viewerId && "rounded-[5px] bg-accent-soft px-0.5",
          )}
        >
          {inline.text}
        </bdi>
      );
  }
  return inline satisfies never;
}

import { memo, useId } from "react";
import { cn } from "@/lib/cn";
import { t } from "../language/t";
import type { Reaction } from "./chat-message";
import { groupReactions } from "./reaction-groups";
import { useTabStop } from "./tab-stop";

export type ReactionsProps = {
  reactions: readonly Reaction[];
  viewerId: string;
  nameOf: (userId: string) => string;
  onToggle: (emoji: string) => void;
};

/** Reactions on the lower edge of a bubble; a tap gives or takes back the same one. */
export const Reactions = memo(function Reactions(props: ReactionsProps) {
  const { reactions, viewerId, nameOf, onToggle } = props;
  const id = useId();
  const tabStop = useTabStop();
  return (
    <div className="relative z-[1] -mt-[5px] flex flex-wrap gap-1 px-2.5">
      {groupReactions(reactions, viewerId).map(({ emoji, count, isMine, userIds }) => (
        <button
          key={emoji}
          type="button"
          tabIndex={tabStop}
          aria-label={`${emoji} ${count}`}
          aria-pressed={isMine}
          aria-describedby={`${id}-${emoji}`}
          onClick={() => onToggle(emoji)}
          className={cn(
            // The target is larger than the pill, without making the row taller.
            "group/reaction tabular relative inline-flex items-center gap-1 rounded-xl border px-2 py-0.5 text-meta leading-[18px]",
            "before:absolute before:-inset-x-0.5 before:-inset-y-2 before:content-['']",
            isMine
              ? "border-accent bg-accent-soft font-semibold text-accent"
              : "border-line bg-raised text-muted hover:border-faint",
          )}
        >
          <span>{emoji}</span>
          <span>{count}</span>
          <span
            id={`${id}-${emoji}`}
            role="tooltip"
            className="invisible absolute start-0 bottom-full z-10 mb-1.5 w-max max-w-60 rounded-lg bg-ink px-2.5 py-1 text-start text-meta font-medium wrap-anywhere text-bg opacity-0 shadow-float transition-opacity duration-150 group-hover/reaction:visible group-hover/reaction:opacity-100 group-focus-visible/reaction:visible group-focus-visible/reaction:opacity-100"
          >
            {t("message.reactionBy", { emoji, names: userIds.map(nameOf).join(", ") })}
          </span>
        </button>
      ))}
    </div>
  );
});

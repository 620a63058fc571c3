import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/lib/cn";
import { t } from "../language/t";
import type { Suggestion } from "./use-suggestions";

export const SUGGESTIONS_ID = "composer-suggestions";
export const suggestionId = (index: number) => `${SUGGESTIONS_ID}-${index}`;

export type SuggestionListProps = {
  items: readonly Suggestion[];
  activeIndex: number;
  onAccept: (suggestion: Suggestion) => void;
};

/** Over the composer; the keys stay in its field, which says which one is active. */
export function SuggestionList({ items, activeIndex, onAccept }: SuggestionListProps) {
  return (
    <div
      id={SUGGESTIONS_ID}
      role="listbox"
      aria-label={t("composer.suggestions")}
      className="absolute start-5 bottom-full z-20 mb-1 w-[min(340px,calc(100%-2.5rem))] animate-appear overflow-hidden rounded-2xl bg-raised p-1.5 shadow-float max-wide:start-2.5"
    >
      {items.map((item, index) => (
        <div
          key={item.key}
          id={suggestionId(index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === activeIndex}
          // The field keeps the focus, and a phone its keyboard.
          onPointerDown={(event) => {
            event.preventDefault();
            onAccept(item);
          }}
          className={cn(
            "flex min-h-10 cursor-pointer items-center gap-3 rounded-[10px] px-2.5 text-preview touch:min-h-11",
            index === activeIndex ? "bg-accent-soft" : "hover:bg-hover",
          )}
        >
          {item.userId === null ? (
            <span aria-hidden="true" className="w-7 text-center text-[20px]">
              {item.mark}
            </span>
          ) : (
            <Avatar id={item.userId} name={item.name} size="sm" />
          )}
          <span className="min-w-0 truncate">
            <bdi>{item.name}</bdi>
          </span>
        </div>
      ))}
    </div>
  );
}

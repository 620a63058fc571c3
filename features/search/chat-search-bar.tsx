"use client";

import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { SearchField } from "@/components/ui/search-field";
import { t } from "../language/t";
import { useChatSearch } from "./use-chat-search";
import { useTextMarks } from "./use-text-marks";

export type ChatSearchBarProps = {
  conversationId: string;
  goTo: (sentAt: number) => void;
  onClose: () => void;
};

/** Searches one chat: Enter leads to the next older hit, Shift+Enter back, Escape away. */
export function ChatSearchBar({ conversationId, goTo, onClose }: ChatSearchBarProps) {
  const [text, setText] = useState("");
  const search = useChatSearch(conversationId, text, goTo);
  useTextMarks(search.search);
  const { place, count, isCapped, state } = search;
  return (
    <search
      aria-label={t("chatSearch.label")}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing || event.keyCode === 229) return;
        if (event.key === "Escape") onClose();
        else if (event.key === "Enter" && event.target instanceof HTMLInputElement)
          search.step(event.shiftKey ? -1 : 1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      className="flex items-center gap-1 border-b border-line bg-surface py-1.5 ps-4 pe-3 max-wide:ps-2.5 max-wide:pe-1"
    >
      <SearchField
        label={t("chatSearch.field")}
        clearLabel={t("search.clear")}
        value={text}
        onChange={setText}
        autoFocus
        className="min-w-0 flex-1"
      />
      <output
        aria-live="polite"
        className="tabular min-w-20 px-1 text-center text-meta text-muted max-wide:min-w-16"
      >
        {state === "found" &&
          (count === 0
            ? t("chatSearch.none")
            : t(isCapped ? "chatSearch.placeOfMany" : "chatSearch.place", { place, count }))}
      </output>
      <IconButton
        label={t("chatSearch.older")}
        disabled={count === 0}
        onClick={() => search.step(1)}
      >
        <ChevronUp size={20} aria-hidden="true" />
      </IconButton>
      <IconButton
        label={t("chatSearch.newer")}
        disabled={count === 0}
        onClick={() => search.step(-1)}
      >
        <ChevronDown size={20} aria-hidden="true" />
      </IconButton>
      <IconButton label={t("chatSearch.close")} onClick={onClose}>
        <X size={18} aria-hidden="true" />
      </IconButton>
    </search>
  );
}

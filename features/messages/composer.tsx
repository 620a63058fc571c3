"use client";

import { ArrowUp, Check, Pencil, Smile, X } from "lucide-react";
import dynamic from "next/dynamic";
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { IconButton } from "@/components/ui/icon-button";
import { cn } from "@/lib/cn";
import { contentMaxUnits } from "@/shared/limits";
import { contentRefusal, isBlank } from "@/shared/message-text";
import { errorText } from "../language/error-text";
import { t } from "../language/t";
import { isTouch } from "../navigation/use-media";
import type { QuotedMessage } from "../outbox/quoted-message";
import { useSettings } from "../settings/use-settings";
import { useTypingSender } from "../typing/use-typing-sender";
import { ComposerReply } from "./composer-reply";
import type { Mentionable } from "./rich-text";
import { SUGGESTIONS_ID, SuggestionList, suggestionId } from "./suggestion-list";
import { useDraft } from "./use-draft";
import type { Editing } from "./use-editing";
import { useSuggestions } from "./use-suggestions";
import { useEscape, useTypeAnywhere } from "./use-type-anywhere";

const EmojiDialog = dynamic(
  () => import("../emoji/emoji-dialog").then((room) => room.EmojiDialog),
  { loading: () => null },
);

/** From so many units on it is said how many are left. */
const COUNT_FROM_UNITS = contentMaxUnits - 300;

/** What the next message answers. */
export type Answering = { quoted: QuotedMessage; authorName: string };

export type ComposerHandle = { focus: () => void };

export type ComposerProps = {
  ref: Ref<ComposerHandle>;
  conversationId: string;
  /** Who can be mentioned. */
  members: readonly Mentionable[];
  /** @returns `null` when the text cannot be taken now and stays; else when it is safe from a crash. */
  onSend: (content: string) => Promise<void> | null;
  /** The up arrow in an empty field. */
  onEditLast: () => void;
  /** The message that is being changed instead of writing a new one. */
  editing: Editing | null;
  onEditChange: (content: string) => void;
  /** `null`: given up. */
  onEditEnd: (content: string | null) => void;
  answering: Answering | null;
  onAnswerEnd: () => void;
  /** Control and the arrows: answers the message before or after. */
  onAnswerStep: (by: -1 | 1) => void;
};

/** Where one writes. What is refused stays in the field with the reason below it. */
export function Composer(props: ComposerProps) {
  const { ref, conversationId, members, onSend, onEditLast, editing, onEditEnd } = props;
  const { onEditChange, answering, onAnswerEnd, onAnswerStep } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(conversationId, () => caretOf(field.current));
  const [edited, setEdited] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isEmojiOpen, setIsEmojiOpen] = useState(false);
  const isComposing = useRef(false);
  const typing = useTypingSender(conversationId);
  const { enterSends } = useSettings();

  const text = editing ? edited : draft.text;
  const trimmed = text.trim();
  const isEmpty = isBlank(text);
  const suggestions = useSuggestions(field, members, (from, to, inserted) => {
    field.current?.setSelectionRange(from, to);
    insertText(inserted);
  });

  const [savedCaret] = useState(() => draft.savedCaret);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }), []);
  useTypeAnywhere(field);
  useEscape("writing", editing !== null, () => onEditEnd(null));
  useEscape("writing", answering !== null && editing === null, onAnswerEnd);
  useGrowingField(field, text);

  useEffect(() => {
    const caret = savedCaret();
    field.current?.setSelectionRange(caret, caret);
    // A phone's keyboard must not jump up with every chat that is opened.
    if (!isTouch()) field.current?.focus({ preventScroll: true });
  }, [savedCaret]);

  useEffect(() => {
    setRefusal(null);
    if (!editing) return;
    setEdited(editing.content);
    // After the menu has given the focus back to its button.
    const frame = requestAnimationFrame(() => {
      const input = field.current;
      input?.focus();
      input?.setSelectionRange(input.value.length, input.value.length);
    });
    return () => cancelAnimationFrame(frame);
  }, [editing]);

  const answeredId = answering?.quoted.messageId ?? null;
  const [openedWith] = useState(answeredId);
  useEffect(() => {
    if (answeredId === null || answeredId === openedWith) return;
    // After the menu has let go of the focus.
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [answeredId, openedWith]);

  function change(next: string) {
    setRefusal(null);
    if (editing) {
      setEdited(next);
      return onEditChange(next);
    }
    draft.change(next);
    if (isBlank(next)) typing.noteStopped();
    else typing.noteTyping();
  }

  function submit() {
    // What stands in the field, not what was last drawn: a key may be quicker than a render.
    const trimmed = (field.current?.value ?? text).trim();
    if (isBlank(trimmed)) return;
    const problem = contentRefusal(trimmed);
    if (problem) {
      setRefusal(
        problem.code === "too_long"
          ? t("composer.tooLong", {
              count: trimmed.length,
              max: contentMaxUnits,
            })
          : errorText(problem.code, problem),
      );
      return;
    }
    if (editing) return onEditEnd(trimmed);
    const kept = onSend(trimmed);
    if (kept === null) return setRefusal(t("composer.full"));
    draft.sent(kept);
    // At once, so that a key that bounces finds nothing to send.
    if (field.current) field.current.value = "";
    typing.noteStopped();
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    const { isComposing: isImeKey, keyCode } = event.nativeEvent;
    // The key that ends a composition belongs to it. Browsers disagree on what comes first, the end
    // or the key, so the end counts only in the next task.
    if (isImeKey || keyCode === 229 || isComposing.current) return;
    if (suggestions.onKey(event)) return;
    const isSend = isModified(event) || (enterSends && !isTouch());
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && isSend) {
      event.preventDefault();
      if (!event.repeat) submit();
    } else if (isArrow(event.key) && isAnswerKey(event, text) && !editing) {
      event.preventDefault();
      onAnswerStep(event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "ArrowUp" && text === "" && !editing) {
      event.preventDefault();
      onEditLast();
    }
  }

  /** Writes at the caret, in the one way that keeps the browser's undo; where it is gone, directly. */
  function insertText(inserted: string) {
    const input = field.current;
    if (!input) return;
    input.focus();
    if (document.execCommand("insertText", false, inserted)) return;
    input.setRangeText(inserted, input.selectionStart, input.selectionEnd, "end");
    change(input.value);
  }

  function closeEmoji(chosen: string | null) {
    setIsEmojiOpen(false);
    // In the next frame the dialog has let go of the focus.
    requestAnimationFrame(() => {
      if (chosen === null) field.current?.focus();
      else insertText(chosen);
    });
  }

  const left = contentMaxUnits - trimmed.length;
  return (
    <form
      aria-label={t("composer.form")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="relative px-5 pt-1 pb-[18px] max-wide:px-2.5 max-wide:pb-2"
    >
      {suggestions.items.length > 0 && (
        <SuggestionList
          items={suggestions.items}
          activeIndex={suggestions.activeIndex}
          onAccept={suggestions.accept}
        />
      )}
      {editing && (
        <div className="mb-1.5 flex items-center gap-2 rounded-xl bg-accent-soft ps-3.5 text-meta font-medium text-accent">
          <Pencil size={14} aria-hidden="true" />
          <span className="flex-1">{t("composer.editing")}</span>
          <IconButton label={t("composer.cancelEdit")} onClick={() => onEditEnd(null)}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      )}
      {answering && !editing && <ComposerReply {...answering} onEnd={onAnswerEnd} />}
      <div className="flex items-end gap-0.5 rounded-composer border border-line bg-surface p-[5px] shadow-composer transition-colors duration-150 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={t("composer.label")}
          placeholder={t("composer.label")}
          aria-invalid={refusal !== null || left < 0 || undefined}
          aria-describedby={refusal !== null || left < 300 ? "composer-note" : undefined}
          aria-autocomplete="list"
          aria-controls={suggestions.items.length > 0 ? SUGGESTIONS_ID : undefined}
          aria-activedescendant={
            suggestions.items.length > 0 ? suggestionId(suggestions.activeIndex) : undefined
          }
          autoComplete="off"
          value={text}
          onChange={(event) => {
            change(event.target.value);
            suggestions.review(isComposing.current);
          }}
          onSelect={() => suggestions.review(isComposing.current)}
          onKeyDown={onKeyDown}
          onCompositionStart={() => {
            isComposing.current = true;
          }}
          onCompositionEnd={() => {
            setTimeout(() => {
              isComposing.current = false;
            });
          }}
          onBlur={() => {
            typing.noteStopped();
            suggestions.close();
          }}
          className="max-h-[40dvh] min-h-10 min-w-0 flex-1 resize-none bg-transparent py-[9px] ps-3 pe-1.5 text-body leading-[1.45] outline-none placeholder:text-faint focus-visible:shadow-none touch:min-h-11"
        />
        <IconButton
          label={t("composer.emoji")}
          className="rounded-full"
          onClick={() => setIsEmojiOpen(true)}
        >
          <Smile size={21} strokeWidth={1.9} aria-hidden="true" />
        </IconButton>
        <button
          type="submit"
          aria-label={editing ? t("composer.save") : t("composer.send")}
          title={editing ? t("composer.save") : t("composer.send")}
          disabled={isEmpty}
          // The field keeps the focus, and with it a phone its keyboard.
          onPointerDown={(event) => event.preventDefault()}
          className={cn(
            "grid size-10 shrink-0 place-items-center rounded-full transition-[background-color,color,transform] duration-150 touch:size-11",
            isEmpty
              ? "bg-accent-soft text-accent"
              : "bg-accent text-on-accent hover:bg-accent-strong active:scale-95",
          )}
        >
          {editing ? (
            <Check size={19} strokeWidth={2.4} aria-hidden="true" />
          ) : (
            <ArrowUp size={19} strokeWidth={2.4} aria-hidden="true" />
          )}
        </button>
      </div>
      <ComposerNote refusal={refusal} units={trimmed.length} />
      {isEmojiOpen && (
        <EmojiDialog isBesideComposer onChoose={closeEmoji} onClose={() => closeEmoji(null)} />
      )}
    </form>
  );
}

function ComposerNote({ refusal, units }: { refusal: string | null; units: number }) {
  const left = contentMaxUnits - units;
  if (refusal === null && units < COUNT_FROM_UNITS) return null;
  const isWrong = refusal !== null || left < 0;
  const text =
    refusal ??
    (left >= 0
      ? t("composer.left", { count: left })
      : t("composer.tooLong", {
          count: units,
          max: contentMaxUnits,
        }));
  return (
    <p
      id="composer-note"
      role={refusal === null ? undefined : "alert"}
      className={cn("tabular px-4 pt-1.5 text-meta", isWrong ? "text-danger" : "text-muted")}
    >
      {text}
    </p>
  );
}

function isArrow(key: string): boolean {
  return key === "ArrowUp" || key === "ArrowDown";
}

/** With the command key the arrows move the caret, where there is a text to move it in. */
function isAnswerKey({ ctrlKey, metaKey }: KeyboardEvent, text: string): boolean {
  return ctrlKey || (metaKey && text === "");
}

/** Ctrl or ⌘ with Enter sends everywhere, whatever Enter alone does. */
function isModified(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey;
}

/** Where the caret is, `null` at the end, where it would be anyway. */
function caretOf(field: HTMLTextAreaElement | null): number | null {
  return !field || field.selectionStart === field.value.length ? null : field.selectionStart;
}

/** Lets the field grow with its text, up to its own largest height, and shrink again. */
function useGrowingField(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const input = field.current;
    if (!input) return;
    input.style.height = "auto";
    input.style.overflowY = "hidden";
    // One line, without having the page laid out for that.
    if (text === "") return;
    input.style.height = `${input.scrollHeight}px`;
    input.style.overflowY = input.scrollHeight > input.clientHeight ? "auto" : "hidden";
  }, [field, text]);
}

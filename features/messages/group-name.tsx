"use client";

import { Check, Pencil, X } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { groupNameMaxUnits } from "@/shared/limits";
import { t } from "../language/t";

export type GroupNameProps = {
  name: string;
  /** `null` for who may not. */
  onRename: ((name: string) => void) | null;
};

/** The name of a group, which changes in its place. */
export function GroupName({ name, onRename }: GroupNameProps) {
  const [edited, setEdited] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  const isEditing = edited !== null;
  useEffect(() => {
    if (wasEditing.current && !isEditing) button.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);

  function save(event: FormEvent) {
    event.preventDefault();
    const next = (edited ?? "").trim();
    if (next === "") return;
    if (next !== name) onRename?.(next);
    setEdited(null);
  }
  if (edited !== null) {
    return (
      <form onSubmit={save} className="mt-2 flex w-full items-center gap-1">
        <input
          // biome-ignore lint/a11y/noAutofocus: one has just asked to change it.
          autoFocus
          aria-label={t("group.name")}
          value={edited}
          maxLength={groupNameMaxUnits}
          dir="auto"
          autoComplete="off"
          onChange={(event) => setEdited(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
            // The name alone is given up, not the panel around it.
            event.preventDefault();
            event.stopPropagation();
            setEdited(null);
          }}
          className="h-11 min-w-0 flex-1 rounded-xl border border-line bg-bg px-3 text-body focus:border-accent"
        />
        <IconButton type="submit" label={t("details.saveName")} disabled={edited.trim() === ""}>
          <Check size={19} aria-hidden="true" />
        </IconButton>
        <IconButton label={t("cancel")} onClick={() => setEdited(null)}>
          <X size={19} aria-hidden="true" />
        </IconButton>
      </form>
    );
  }
  return (
    <div className="mt-2 flex max-w-full items-center gap-0.5">
      {/* As wide as the button, so that the name stands in the middle. */}
      {onRename && <span className="w-10 shrink-0" />}
      <p className="min-w-0 text-[19px] leading-snug font-title wrap-anywhere">
        <bdi>{name}</bdi>
      </p>
      {onRename && (
        <IconButton ref={button} label={t("details.rename")} onClick={() => setEdited(name)}>
          <Pencil size={16} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}

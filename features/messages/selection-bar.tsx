"use client";

import { Copy, Trash2, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { t } from "../language/t";

export type SelectionBarProps = {
  count: number;
  canDelete: boolean;
  onCopy: () => void;
  onDelete: () => void;
  onEnd: () => void;
};

/** In the composer's place while messages are being selected: how many, and what to do with them. */
export function SelectionBar(props: SelectionBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // After the menu that began it has let go of the focus.
    const frame = requestAnimationFrame(() => bar.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const isEmpty = props.count === 0;
  return (
    <div className="px-5 pt-1 pb-[18px] max-wide:px-2.5 max-wide:pb-2">
      <div
        ref={bar}
        tabIndex={-1}
        role="toolbar"
        aria-label={t("select.bar")}
        className="flex min-h-[52px] items-center gap-1 rounded-composer border border-line bg-surface ps-1 pe-2 shadow-composer outline-none focus-visible:shadow-composer"
      >
        <IconButton label={t("select.end")} onClick={props.onEnd} className="rounded-full">
          <X size={20} aria-hidden="true" />
        </IconButton>
        <span role="status" className="tabular flex-1 truncate font-medium">
          {t("select.count", { count: props.count })}
        </span>
        <Button variant="quiet" disabled={isEmpty} onClick={props.onCopy}>
          <Copy size={17} aria-hidden="true" />
          {t("select.copy")}
        </Button>
        <Button
          variant="quiet"
          disabled={isEmpty || !props.canDelete}
          onClick={props.onDelete}
          title={props.canDelete ? undefined : t("select.notYours")}
          className="text-danger hover:bg-danger-soft"
        >
          <Trash2 size={17} aria-hidden="true" />
          {t("message.delete")}
        </Button>
      </div>
    </div>
  );
}

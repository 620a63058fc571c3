"use client";

import { type ComponentType, useEffect, useRef, useState } from "react";
import { searchMaxUnits } from "@/shared/limits";
import { t } from "../language/t";
import type { CommandPaletteProps } from "./command-palette";

let loaded: ComponentType<CommandPaletteProps> | null = null;

/**
 * The palette, whose code comes when it is first asked for. What is typed until then is for it, and
 * must never reach what had the focus: a field has it from the first moment and hands its text over.
 */
export function PaletteEntrance(props: Omit<CommandPaletteProps, "initialSearch">) {
  const [Palette, setPalette] = useState(() => loaded);
  const typed = useRef("");
  const { onClose } = props;
  useEffect(() => {
    if (loaded !== null) return;
    let isGone = false;
    import("./command-palette").then(
      (room) => {
        loaded = room.CommandPalette;
        if (!isGone) setPalette(() => loaded);
      },
      // Without a connection it cannot come; the next key is for the page again.
      () => !isGone && onClose(),
    );
    return () => {
      isGone = true;
    };
  }, [onClose]);
  if (Palette !== null) return <Palette {...props} initialSearch={typed.current} />;
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: the palette was opened to write into its field.
      autoFocus
      aria-label={t("palette.field")}
      autoComplete="off"
      maxLength={searchMaxUnits}
      onChange={(event) => {
        typed.current = event.target.value;
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      className="sr-only"
    />
  );
}

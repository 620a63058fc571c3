"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { leaveSheets, settleSheets } from "@/lib/sheet-steps";
import { chatBeside } from "../conversations/chat-order";
import { openConversation, useOpenConversationId } from "../navigation/open-conversation";
import { opensSheets, type Sheet } from "./open-sheet";
import { PaletteEntrance } from "./palette-entrance";
import { readShortcut, type Shortcut } from "./shortcuts";

const ShortcutSheet = dynamic(() => import("./shortcut-sheet").then((room) => room.ShortcutSheet), {
  loading: () => null,
});
const NewGroupDialog = dynamic(
  () => import("../conversations/new-group-dialog").then((room) => room.NewGroupDialog),
  { loading: () => null },
);
const ProfilePanel = dynamic(
  () => import("../profile/profile-panel").then((room) => room.ProfilePanel),
  { loading: () => null },
);

/** What keys and buttons open from anywhere: the palette, the list of shortcuts, and what the palette leads to. */
export function AppSheets() {
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const openId = useOpenConversationId();
  const router = useRouter();
  const returnFocusTo = useRef<HTMLElement | null>(null);
  const close = useCallback(() => setSheet(null), []);

  const act = (shortcut: Shortcut) => {
    switch (shortcut.kind) {
      case "palette":
      case "shortcuts":
        if (sheet === null) rememberFocus(returnFocusTo);
        return setSheet((before) => (before === shortcut.kind ? null : shortcut.kind));
      case "chat": {
        const next = chatBeside(openId, shortcut);
        if (next !== null) openConversation(next);
        return;
      }
    }
    return shortcut satisfies never;
  };
  useEffect(
    () =>
      opensSheets((asked) => {
        rememberFocus(returnFocusTo);
        setSheet(asked);
      }),
    [],
  );
  // A reload has closed what lay over the page.
  useEffect(settleSheets, []);
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const shortcut = readShortcut(event);
      if (shortcut === null) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current(shortcut);
    };
    // Before a field or a chat sees the key.
    window.addEventListener("keydown", onKeyDown, true);
    return () => window.removeEventListener("keydown", onKeyDown, true);
  }, []);

  switch (sheet) {
    case null:
      return null;
    case "palette":
      return (
        <PaletteEntrance
          onClose={close}
          onSheet={setSheet}
          onPage={(href) => leaveSheets(() => router.push(href))}
          returnFocusTo={returnFocusTo}
        />
      );
    case "shortcuts":
      return <ShortcutSheet onClose={close} returnFocusTo={returnFocusTo} />;
    case "new-group":
      return <NewGroupDialog onClose={close} />;
    case "profile":
      return <ProfilePanel onClose={close} returnFocusTo={returnFocusTo} />;
  }
  return sheet satisfies never;
}

function rememberFocus(place: { current: HTMLElement | null }): void {
  const focused = document.activeElement;
  place.current = focused instanceof HTMLElement && focused !== document.body ? focused : null;
}

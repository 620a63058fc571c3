import type { TextKey } from "../language/messages-en";

export type Shortcut =
  | { kind: "palette" }
  | { kind: "shortcuts" }
  | { kind: "chat"; isDown: boolean; isUnreadOnly: boolean };

const TAKES_TEXT = "input, textarea, select, [contenteditable]";
const OTHER_FLOATS = '[role="alertdialog"], [role="menu"]';

/**
 * What a key means, wherever it is pressed; `null` for nothing. Keys that mean something to a text are
 * not taken from somebody who is writing one.
 */
export function readShortcut(event: KeyboardEvent): Shortcut | null {
  // The keys of an input method are its own.
  if (event.isComposing || event.keyCode === 229 || event.repeat) return null;
  if (document.querySelector(OTHER_FLOATS)) return null;
  const { key, altKey, shiftKey } = event;
  const isCommand = event.ctrlKey !== event.metaKey;
  if (isCommand && !altKey && !shiftKey && key.toLowerCase() === "k") return { kind: "palette" };
  if (isCommand && !altKey && key === "/") return { kind: "shortcuts" };
  if (isCommand || event.ctrlKey || document.querySelector('[role="dialog"]')) return null;
  const field = event.target instanceof Element ? event.target.closest(TAKES_TEXT) : null;
  if (key === "?" && !altKey) return field === null ? { kind: "shortcuts" } : null;
  if (!altKey || (key !== "ArrowUp" && key !== "ArrowDown")) return null;
  // An empty field has no lines to walk through.
  if (field !== null && !(isTextField(field) && field.value === "")) return null;
  return { kind: "chat", isDown: key === "ArrowDown", isUnreadOnly: shiftKey };
}

function isTextField(field: Element): field is HTMLInputElement | HTMLTextAreaElement {
  return field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
}

/** Whether this device writes its commands with ⌘. */
export function isApple(): boolean {
  return /Mac|iPhone|iPad/u.test(navigator.userAgent);
}

/** What the sheet lists: a text, and the keys, of which `mod` is Ctrl or ⌘. */
export const SHORTCUTS: { text: TextKey; keys: string[] }[] = [
  { text: "shortcuts.palette", keys: ["mod", "K"] },
  { text: "shortcuts.sheet", keys: ["?"] },
  { text: "shortcuts.sheetAnywhere", keys: ["mod", "/"] },
  { text: "shortcuts.previous", keys: ["Alt", "↑"] },
  { text: "shortcuts.next", keys: ["Alt", "↓"] },
  { text: "shortcuts.previousUnread", keys: ["Alt", "Shift", "↑"] },
  { text: "shortcuts.nextUnread", keys: ["Alt", "Shift", "↓"] },
  { text: "shortcuts.send", keys: ["Enter"] },
  { text: "shortcuts.line", keys: ["Shift", "Enter"] },
  { text: "shortcuts.editLast", keys: ["↑"] },
  { text: "shortcuts.leave", keys: ["Esc"] },
];

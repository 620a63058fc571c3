import type { KeyboardEvent } from "react";

/** The arrow keys lead from row to row, Home and End to the first and last, the page keys a screen on. */
export function walkRows(event: KeyboardEvent<HTMLElement>): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-result]")];
  const at = rows.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const rowHeight = rows[at]!.parentElement!.offsetHeight;
  const screen = Math.max(1, Math.floor(event.currentTarget.clientHeight / rowHeight) - 1);
  const places: Partial<Record<string, number>> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - screen,
    PageDown: at + screen,
    Home: 0,
    End: rows.length - 1,
  };
  const place = places[event.key];
  if (place === undefined) return;
  event.preventDefault();
  rows[Math.max(0, Math.min(rows.length - 1, place))]!.focus();
}

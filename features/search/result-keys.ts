import type { KeyboardEvent } from "react";

/** What the arrow keys walk through. */
export const RESULT = { "data-result": "" } as const;

/**
 * The arrow keys lead from a search field through what it has found and back; Enter in the field opens
 * the first. For an element that holds both.
 */
export function walkResults(event: KeyboardEvent<HTMLElement>): void {
  if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const field = event.currentTarget.querySelector<HTMLElement>('input[type="search"]');
  const results = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-result]")];
  const target = event.target as HTMLElement;
  const at = target === field ? -1 : results.indexOf(target);
  if (at < 0 && target !== field) return;
  if (event.key === "Enter" && target === field) {
    event.preventDefault();
    results[0]?.click();
  } else if (event.key === "Escape" && target !== field) {
    // Back to the field first; there it clears the search.
    event.preventDefault();
    field?.focus();
  } else if (event.key === "ArrowDown" && at + 1 < results.length) {
    event.preventDefault();
    results[at + 1]?.focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (results[at - 1] ?? field)?.focus();
  }
}

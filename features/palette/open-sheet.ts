export type Sheet = "palette" | "shortcuts" | "new-group" | "profile";

let openIt: ((sheet: Sheet) => void) | null = null;

/** Opens what keys open, for whoever has none. The focus comes back to where it is now. */
export function openSheet(sheet: Sheet): void {
  openIt?.(sheet);
}

/** Says who opens them. @returns what ends that. */
export function opensSheets(open: (sheet: Sheet) => void): () => void {
  openIt = open;
  return () => {
    openIt = null;
  };
}

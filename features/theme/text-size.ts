import { TEXT_SIZE_STORAGE_KEY, type TextSize } from "./theme-choice";

/**
 * Sets the size of all text on this device. Everything is measured in `rem`, so the page grows as a
 * whole. `normal` is whatever size the browser is set to.
 */
export function chooseTextSize(size: TextSize): void {
  if (size === "normal") delete document.documentElement.dataset.textSize;
  else document.documentElement.dataset.textSize = size;
  try {
    if (size === "normal") localStorage.removeItem(TEXT_SIZE_STORAGE_KEY);
    else localStorage.setItem(TEXT_SIZE_STORAGE_KEY, size);
  } catch {
    // Without storage the size lasts until the next page.
  }
}

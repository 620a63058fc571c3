let isLeaving = false;

/**
 * Leaves a page whose session is over, for another or for itself anew. Several parts of a page notice
 * that at once, and a second way out would only break off the first.
 */
export function leavePage(leave: () => void): void {
  if (isLeaving) return;
  isLeaving = true;
  // Back brings a page as it was when it was left.
  window.addEventListener("pageshow", stay, { once: true });
  leave();
}

function stay(): void {
  isLeaving = false;
}

let isLeaving = false;

/**
 * Leaves a page whose session is over, for another or for itself anew, without a question.
 *
 * The stock client has the browser ask "Leave site?" while a mutation of it is under way. Here that
 * would keep people on a page that is refused everything: what is under way belongs to the former
 * session and cannot be done any more. What was written is in the outbox and outlives the page.
 */
export function leavePage(leave: () => void): void {
  // Several notice at once that a session is over; a second way out would only break off the first.
  if (isLeaving) return;
  isLeaving = true;
  leave();
}

/**
 * Makes `leavePage` heard; call before there is a client. Chromium calls listeners of this event in the
 * order in which they came, capturing or not, so ours has to be older than the client's.
 */
export function listenBeforeClient(): void {
  window.addEventListener("beforeunload", (event) => {
    if (isLeaving) event.stopImmediatePropagation();
  });
  // Back brings a page as it was when it was left.
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
}

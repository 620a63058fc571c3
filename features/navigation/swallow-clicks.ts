/** So late the clicks that a browser makes of touches may come. */
const GHOST_CLICKS_MS = 350;

/** After a gesture: what its clicks would meet has only just appeared under the finger. */
export function swallowClicks(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, true);
  setTimeout(() => window.removeEventListener("click", swallow, true), GHOST_CLICKS_MS);
}

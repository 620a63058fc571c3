/**
 * Why the page before this one was left, for the sign-in page to say once: a session that ends takes
 * the page with it, and the identity service does not tell strangers what became of whose account.
 */

const KEY = "parley-left-because";

/** Called where the functions say that the caller is kept out. */
export function noteSuspension(): void {
  tabStorage()?.setItem(KEY, "suspended");
}

/** @returns Whether the last page was left because of it; true only once. */
export function takeSuspension(): boolean {
  const storage = tabStorage();
  const isNoted = storage?.getItem(KEY) === "suspended";
  storage?.removeItem(KEY);
  return isNoted;
}

function tabStorage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

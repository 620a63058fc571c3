/** The browser's storage, or `null` where it is forbidden or there is no browser. */
export function browserStorage(): Storage | null {
  try {
    return typeof window === "undefined" ? null : window.localStorage;
  } catch {
    return null;
  }
}

/** The worker that opens the pages without a server; see `worker/page-keeper.ts`. */
const WORKER = "/sw.js";
const CACHE_PREFIX = "parley-pages:";

/**
 * Lets the worker keep this build's pages and files. It has them anew after somebody has signed out,
 * and in the language that is spoken now. Browsers have workers over https and on localhost only.
 */
export async function keepPages(language: string): Promise<void> {
  // While developing, files change under one name.
  if (process.env.NODE_ENV !== "production" || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(WORKER, { updateViaCache: "none" });
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ kind: "keep", language });
}

/** Takes the worker and all it has kept away: who is not signed in has nothing to open. */
export async function forgetPages(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registrations = await navigator.serviceWorker.getRegistrations();
  await Promise.all(registrations.map((registration) => registration.unregister()));
  const kept = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
  await Promise.all(kept.map((name) => caches.delete(name)));
}

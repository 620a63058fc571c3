// The service worker: bundled into `public/sw.js` by `scripts/build-worker.mjs`, which puts the build in.
import { PageKeeper } from "./page-keeper";

declare const PARLEY_BUILD: { buildId: string; files: string[]; neededFiles: string[] };

/** The part of a worker's surroundings that is used; TypeScript has them only instead of a page's. */
type Lasting = Event & { waitUntil: (work: Promise<unknown>) => void };
type Asked = Lasting & {
  request: Request;
  preloadResponse: Promise<Response | undefined>;
  respondWith: (answer: Promise<Response>) => void;
};
type Told = Lasting & { data: unknown };
declare const self: {
  addEventListener: ((type: "install" | "activate", listener: (event: Lasting) => void) => void) &
    ((type: "fetch", listener: (event: Asked) => void) => void) &
    ((type: "message", listener: (event: Told) => void) => void);
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void> };
  registration: ServiceWorkerRegistration;
  location: Location;
};

const keeper = new PageKeeper({
  ...PARLEY_BUILD,
  caches,
  fetch: (request, options) => fetch(request, options),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

self.addEventListener("install", (event) => {
  // All or nothing: the worker before this one stays until everything of this build is here.
  event.waitUntil(keeper.fill(null).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const begin = async () => {
    await keeper.trim();
    // The server is asked while this worker is still waking up.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(begin());
});

self.addEventListener("message", (event) => {
  const { kind, language } = (event.data ?? {}) as { kind?: unknown; language?: unknown };
  if (kind !== "keep" || typeof language !== "string") return;
  // Of a newer page, or without a connection: what is here stays as it is.
  event.waitUntil(keeper.fill(language).catch(() => undefined));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!keeper.canOpen(url.pathname)) return;
    const ask = async () => {
      const answer = (await event.preloadResponse) ?? (await fetch(request));
      event.waitUntil(leaveIfUnknown());
      return answer;
    };
    event.respondWith(keeper.openPage(url.pathname, ask));
  } else if (keeper.isFile(url.pathname)) {
    event.respondWith(keeper.openFile(request, url.pathname));
  }
});

/** A release that has no worker any more cannot take this one away, so it goes by itself. */
async function leaveIfUnknown(): Promise<void> {
  const answer = await fetch(self.location.pathname, { method: "HEAD", cache: "no-store" }).catch(
    () => null,
  );
  if (answer?.status !== 404 && answer?.status !== 410) return;
  await keeper.leave();
  await self.registration.unregister();
}

import { isLoopbackHost } from "@/lib/env";

export type OriginFacts = {
  /** The `Origin` header, `null` when there was none. */
  origin: string | null;
  /** The `Host` header as the client sent it. */
  host: string | null;
  /** Whether a browser sent this: browsers name the site of a request in headers pages cannot set. */
  isFromBrowser: boolean;
};

/**
 * Decides whether a request that changes something comes from our own pages.
 *
 * Allowed are the public URL; over plain http also the very address under which the request came
 * (a LAN address, a machine name), with this machine's three names counting as one; and programs,
 * which send no origin and have no person's cookies to abuse.
 *
 * @param publicUrl The public origin; when it is https, only it is allowed, because cookies are
 * then marked secure and no other address can hold a session.
 */
export function isOwnOrigin({ origin, host, isFromBrowser }: OriginFacts, publicUrl: string) {
  if (origin === null) return !isFromBrowser;
  if (origin === publicUrl) return true;
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  const from = new URL(origin);
  if (from.protocol !== "http:" || !publicUrl.startsWith("http:")) return false;
  const own = [publicUrl, ...(host ? [`http://${host}`] : [])].filter((url) => URL.canParse(url));
  return own.some((url) => isSamePlace(from, new URL(url)));
}

function isSamePlace(left: URL, right: URL): boolean {
  if (left.port !== right.port) return false;
  if (left.hostname === right.hostname) return true;
  return isLoopbackHost(left.hostname) && isLoopbackHost(right.hostname);
}

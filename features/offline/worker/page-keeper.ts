/** The header by which every page names the build it is of; set in `proxy.ts`. */
const BUILD_HEADER = "x-parley-build";
const CACHE_PREFIX = "parley-pages:";
/** Pages that stand for all others below them. What they show comes from elsewhere, later. */
const SHELLS = ["/messages", "/users", "/settings"];
const FRONT_DOOR = "/";
/** This build's, and the one before it, which tabs that are still open may ask for. */
const BUILDS_MAX = 2;
/** A server that has not answered by then counts as out of reach. */
const ANSWER_MAX_MS = 8_000;
/** What a proxy answers while nothing is behind it. */
const OUT_OF_REACH = [502, 503, 504];
const FETCHES_MAX = 4;

export type PageKeeperPorts = {
  buildId: string;
  /** Paths of this build's files, the only ones that are ever kept. */
  files: readonly string[];
  /** Those of them without which a page may be incomplete; the others are kept once they were used. */
  neededFiles: readonly string[];
  caches: CacheStorage;
  fetch: (request: Request | string, options?: RequestInit) => Promise<Response>;
  wait: (ms: number) => Promise<void>;
};

/**
 * Keeps the pages and files of one build, so that a page opens without a server.
 *
 * What it keeps is the same for everybody: it fetches pages at their bare addresses, and they come without
 * anything of a person, which their scripts fetch. What a person opens is never kept, since a page names
 * the address it was asked by, and so the chat. It never sees the API, the identity service or the engine. A server that answers is always
 * preferred, so that what it keeps is old only where the server is out of reach.
 */
export class PageKeeper {
  private readonly name: string;
  private readonly files: ReadonlySet<string>;
  private hasLeft = false;

  constructor(private readonly ports: PageKeeperPorts) {
    this.name = `${CACHE_PREFIX}${ports.buildId}`;
    this.files = new Set(ports.files);
  }

  /** Whether a navigation to this path can be answered without the server. */
  canOpen(pathname: string): boolean {
    return !this.hasLeft && (pathname === FRONT_DOOR || shellOf(pathname) !== undefined);
  }

  /** Whether this path is of a file that may be kept, by this build or by one before it. */
  isFile(pathname: string): boolean {
    return !this.hasLeft && (this.files.has(pathname) || isImmutable(pathname));
  }

  /**
   * Fetches what is not kept yet, and the pages anew when they are in another language.
   *
   * @param language The language of the pages, `null` for whichever they are in.
   * @throws when the server has another build, or does not answer; what has come by then is kept.
   */
  async fill(language: string | null): Promise<void> {
    if (this.hasLeft) return;
    const cache = await this.ports.caches.open(this.name);
    const missing: string[] = [];
    for (const path of this.ports.neededFiles) if (!(await cache.match(path))) missing.push(path);
    const fetchNext = async (): Promise<void> => {
      for (let path = missing.pop(); path !== undefined; path = missing.pop()) {
        const answer = await this.ports.fetch(path);
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
        await cache.put(path, answer);
      }
    };
    await Promise.all(Array.from({ length: FETCHES_MAX }, fetchNext));
    for (const path of SHELLS) {
      const kept = await cache.match(path);
      const spoken = kept?.headers.get("content-language");
      if (kept && (language === null || spoken === language)) continue;
      const answer = await this.ports.fetch(path, { cache: "no-store", redirect: "error" });
      if (!this.isOwnPage(answer)) throw new Error(`${path} is of another build.`);
      await cache.put(path, answer);
    }
  }

  /** Lets builds go that no tab can be on any more. */
  async trim(): Promise<void> {
    const names = await this.keptBuilds();
    const before = names.filter((name) => name !== this.name);
    for (const name of before.slice(0, Math.max(0, before.length - (BUILDS_MAX - 1)))) {
      await this.ports.caches.delete(name);
    }
  }

  /** Keeps nothing any more, not even when it is asked to. */
  async leave(): Promise<void> {
    this.hasLeft = true;
    for (const name of await this.keptBuilds()) await this.ports.caches.delete(name);
  }

  /**
   * The server's page, or the kept one where the server is out of reach.
   *
   * @param ask Asks the server.
   * @throws what asking threw, when there is nothing to show instead.
   */
  async openPage(pathname: string, ask: () => Promise<Response>): Promise<Response> {
    const shell = shellOf(pathname);
    const kept = await this.find(shell ?? SHELLS[0]!);
    if (!kept) return ask();
    const instead = () => (shell === undefined ? Response.redirect(SHELLS[0]!) : kept);
    const asked = ask().catch(() => null);
    const answer = await Promise.race([asked, this.ports.wait(ANSWER_MAX_MS).then(() => null)]);
    if (answer === null || OUT_OF_REACH.includes(answer.status)) return instead();
    return answer;
  }

  async openFile(request: Request, pathname: string): Promise<Response> {
    const { caches } = this.ports;
    const kept =
      (await this.find(request)) ??
      // What an older build's tab asks for, the server has no more.
      (isImmutable(pathname) ? await caches.match(request) : undefined);
    if (kept) return kept;
    const answer = await this.ports.fetch(request);
    const mayKeep = answer.status === 200 && this.files.has(pathname);
    if (mayKeep && (await caches.has(this.name))) {
      await (await caches.open(this.name)).put(pathname, answer.clone());
    }
    return answer;
  }

  /** Opening would make what is not there, as after somebody has signed out; only filling may. */
  private find(request: Request | string): Promise<Response | undefined> {
    return this.ports.caches.match(request, { cacheName: this.name });
  }

  private isOwnPage(answer: Response): boolean {
    return (
      answer.status === 200 &&
      !answer.redirected &&
      answer.headers.get(BUILD_HEADER) === this.ports.buildId
    );
  }

  /** In the order in which they came. */
  private async keptBuilds(): Promise<string[]> {
    return (await this.ports.caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
  }
}

function shellOf(pathname: string): string | undefined {
  return SHELLS.find(
    (shell) => pathname === shell || (shell === "/settings" && pathname.startsWith(`${shell}/`)),
  );
}

/** Its name changes with what is in it. */
function isImmutable(pathname: string): boolean {
  return pathname.startsWith("/_next/static/");
}

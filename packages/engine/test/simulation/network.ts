import type { Chance } from "./chance.ts";
import type { Machine, VirtualTime } from "./virtual-time.ts";

/** What the server end of a connection does with what arrives. */
export interface ServerEnd {
  receive(text: string): void;
  closed(): void;
}

/** One direction of one connection: in order, each frame with a delay of its own. */
interface Direction {
  lastArrivalMs: number;
  /** Nothing gets through any more, and nobody is told. */
  isDead: boolean;
}

/**
 * One connection between a page and the server, as TCP would carry it: frames arrive in order or the
 * connection ends, but it may also fall silent without either side hearing of it.
 */
export class Connection {
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  readonly #up: Direction = { lastArrivalMs: 0, isDead: false };
  readonly #down: Direction = { lastArrivalMs: 0, isDead: false };
  readonly #latencyMs: number;
  readonly page: Machine;
  socket: PageSocket;
  server: ServerEnd | null = null;
  /** How fast the client reads, bytes a ms. */
  readRate = Number.POSITIVE_INFINITY;
  wasSlow = false;
  #lastLeftMs = 0;
  #unsentBytes = 0;
  isClosed = false;
  /** As whom the latest transition on it was meant. */
  shownUser: string | null = null;
  /** Called when a frame reaches the page, before the client sees it. */
  onDelivered: (text: string) => void = () => {};

  constructor(time: VirtualTime, chance: Chance, page: Machine, socket: PageSocket) {
    this.#time = time;
    this.#chance = chance;
    this.page = page;
    this.socket = socket;
    this.#latencyMs = chance.oneIn(4) ? chance.int(20, 300) : chance.int(0, 20);
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  get isHalfOpen(): boolean {
    return this.#up.isDead || this.#down.isDead;
  }

  sendUp(text: string): void {
    this.#travel(this.#up, 0, () => this.server?.receive(text));
  }

  sendDown(text: string, onSent?: () => void): void {
    if (this.isClosed) return;
    this.#unsentBytes += text.length;
    this.#lastLeftMs =
      Math.max(this.#lastLeftMs, this.#time.nowMs) + text.length / Math.max(this.readRate, 0.001);
    const waitMs = this.#lastLeftMs - this.#time.nowMs;
    const { server } = this;
    this.#time.at(this.#lastLeftMs, () => {
      this.#unsentBytes -= text.length;
      if (server === this.server) onSent?.();
    });
    this.#travel(this.#down, waitMs, () => {
      this.onDelivered(text);
      this.socket.deliver(text);
    });
  }

  /** The server closes: what it has sent before arrives first. */
  closeFromServer(code: number, reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#travel(this.#down, this.#lastLeftMs - this.#time.nowMs, () => {
      this.socket.ended(code, reason);
    });
  }

  closeFromPage(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { server } = this;
    this.#travel(this.#up, 0, () => server?.closed());
    this.#time.after(0, () => this.socket.ended(1000, ""));
  }

  /** The connection breaks and both sides hear of it; what is under way is lost. */
  cut(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#up.isDead = true;
    this.#down.isDead = true;
    const { server } = this;
    this.#time.after(this.#latencyMs, () => server?.closed());
    this.#time.after(this.#latencyMs, () => this.socket.ended(1006, ""));
  }

  /** From now on nothing gets through in these directions, and nobody is told. */
  fallSilent(up: boolean, down: boolean): void {
    this.#up.isDead ||= up;
    this.#down.isDead ||= down;
  }

  #travel(direction: Direction, waitMs: number, arrive: () => void): void {
    const jitterMs = this.#chance.oneIn(10) ? this.#chance.fraction() * 50 : 0;
    direction.lastArrivalMs = Math.max(
      direction.lastArrivalMs,
      this.#time.nowMs + Math.max(waitMs, 0) + this.#latencyMs + jitterMs,
    );
    this.#time.at(direction.lastArrivalMs, () => {
      if (!direction.isDead) arrive();
    });
  }
}

/** The WebSocket that a page is given. */
export class PageSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readyState = 0;
  connection: Connection | null = null;
  #isPageGone: () => boolean;

  constructor(isPageGone: () => boolean) {
    this.#isPageGone = isPageGone;
  }

  opened(connection: Connection): void {
    if (this.readyState !== 0 || this.#isPageGone()) {
      connection.closeFromPage();
      return;
    }
    this.connection = connection;
    this.readyState = 1;
    this.onopen?.();
  }

  send(text: string): void {
    if (this.readyState === 1) this.connection?.sendUp(text);
  }

  deliver(text: string): void {
    if (this.readyState === 1 && !this.#isPageGone()) this.onmessage?.({ data: text });
  }

  ended(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    if (!this.#isPageGone()) this.onclose?.({ code, reason });
  }

  close(): void {
    if (this.readyState >= 2) return;
    if (this.connection) {
      this.readyState = 2;
      this.connection.closeFromPage();
    } else {
      this.ended(1000, "");
    }
  }
}

/** The server pings every 15 seconds: a connection that has been silent for longer than two is dead. */
const SILENT_AFTER_MS = 35_000;
/** An attempt that takes so long began while there was no way to the server. */
const OPENING_MAX_MS = 5_000;
/** A look at the clock, so often; one that comes much too late tells that the machine has slept. */
const LOOK_EVERY_MS = 5_000;

type SocketClass = new (url: string | URL, protocols?: string | string[]) => WebSocket;

export type WakingSockets = {
  /** For the stock client, in the place of `WebSocket`. */
  Socket: SocketClass;
  /** Looks after the connection for the life of the page. */
  watch: () => void;
};

/**
 * Sockets that notice at once that the page has come back to life: from sleep, from being frozen, from
 * the background, from a network that was gone. The stock client would find out that its connection is
 * dead only after a minute of silence, and would wait its time before it tries again.
 *
 * The client has one door for "try now", the browser's `online` event, so that is what it is told.
 */
export function createWakingSockets(): WakingSockets {
  let current: { socket: WebSocket; heardAtMs: number } | null = null;
  let isTelling = false;

  class WakingSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const own = { socket: this as WebSocket, heardAtMs: Date.now() };
      current = own;
      const hear = () => {
        own.heardAtMs = Date.now();
      };
      this.addEventListener("open", hear);
      this.addEventListener("message", hear);
    }
  }

  /** Ends it as far as the client can tell: closing by the book waits for an answer that may never come. */
  function abandon(socket: WebSocket): void {
    const { onclose } = socket;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onerror = null;
    socket.onclose = null;
    socket.close();
    onclose?.call(socket, new CloseEvent("close", { code: 1001, reason: "" }));
  }

  function review(): void {
    if (current === null) return;
    const { socket, heardAtMs } = current;
    const silentMs = Date.now() - heardAtMs;
    const isDead =
      socket.readyState === WebSocket.OPEN
        ? silentMs > SILENT_AFTER_MS
        : socket.readyState === WebSocket.CONNECTING && silentMs > OPENING_MAX_MS;
    if (isDead) abandon(socket);
    if (socket.readyState < WebSocket.CLOSING) return;
    isTelling = true;
    window.dispatchEvent(new Event("online"));
    isTelling = false;
  }

  return {
    Socket: WakingSocket,
    watch() {
      const wake = () => {
        // What arrived while the page was frozen is heard first.
        if (!isTelling && document.visibilityState === "visible") setTimeout(review);
      };
      for (const event of ["online", "focus", "pageshow"]) window.addEventListener(event, wake);
      for (const event of ["visibilitychange", "resume"]) document.addEventListener(event, wake);
      let lookedAtMs = Date.now();
      setInterval(() => {
        const lateMs = Date.now() - lookedAtMs - LOOK_EVERY_MS;
        lookedAtMs = Date.now();
        if (lateMs > SILENT_AFTER_MS) wake();
      }, LOOK_EVERY_MS);
    },
  };
}

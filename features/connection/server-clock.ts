/**
 * What this device knows about the server's clock: one number, how far the server is ahead.
 *
 * The stock client does not tell the server's time, but data does: a time that the server has just
 * written was already reached there. So each fresh time is a lower bound of the server's clock, and
 * the largest of the last few is off only by the quickest recent delivery, some milliseconds. Only
 * *fresh* times count (our own heartbeat coming back, a message or a typing sign that arrives while
 * we watch); an old one would say nothing. Until the first one the device's own clock is believed.
 */
export class ServerClock {
  /** Enough to outlive one slow delivery, few enough to follow a device whose clock is set anew. */
  private static readonly SAMPLES_MAX = 8;
  private readonly samples: number[] = [];
  private readonly listeners = new Set<() => void>();
  private offset = 0;

  constructor(private readonly deviceNow: () => number) {}

  /** The server's time, as estimated. */
  now(): number {
    return this.deviceNow() + this.offset;
  }

  /** How many milliseconds the server is ahead of this device, as estimated. */
  offsetMs(): number {
    return this.offset;
  }

  /** Learns from a time that the server wrote just now. */
  observe(serverMs: number): void {
    if (!Number.isFinite(serverMs)) return;
    this.samples.push(serverMs - this.deviceNow());
    if (this.samples.length > ServerClock.SAMPLES_MAX) this.samples.shift();
    const offset = Math.max(...this.samples);
    if (offset === this.offset) return;
    this.offset = offset;
    for (const listener of this.listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** The clock that the whole page shares: there is one server and one device. */
export const serverClock = new ServerClock(() => Date.now());

import { WebSocket } from "ws";

type Loss = (message: { type: string } & Record<string, unknown>) => boolean;

/** Sockets of stock clients whose network the test holds in its hands. */
export interface FlakyNetwork {
  webSocketConstructor: typeof globalThis.WebSocket;
  /** Every message that has gone out, oldest first. */
  sent: Array<{ type: string } & Record<string, unknown>>;
  /** Loses what comes in and satisfies the condition, and cuts the connection there. */
  loseNext(loss: Loss): void;
  cut(): void;
  sendRaw(text: string): void;
  /** What the client has thrown at a message. */
  thrown: unknown[];
}

export function createFlakyNetwork(): FlakyNetwork {
  const sockets = new Set<WebSocket>();
  const sent: FlakyNetwork["sent"] = [];
  const thrown: unknown[] = [];
  let loss: Loss | null = null;

  class FlakySocket extends WebSocket {
    #isCut = false;

    constructor(url: string) {
      super(url);
      sockets.add(this);
      this.on("close", () => sockets.delete(this));
    }

    override send(data: string): void {
      sent.push(JSON.parse(data));
      super.send(data);
    }

    override emit(event: string, ...args: unknown[]): boolean {
      if (event !== "message") return super.emit(event, ...args);
      // What has come with the lost message is lost with it.
      if (this.#isCut) return true;
      if (loss?.(JSON.parse(String(args[0])))) {
        loss = null;
        this.#isCut = true;
        this.terminate();
        return true;
      }
      try {
        return super.emit(event, ...args);
      } catch (error) {
        thrown.push(error);
        return true;
      }
    }
  }

  return {
    webSocketConstructor: FlakySocket as never,
    sent,
    thrown,
    loseNext: (next) => {
      loss = next;
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    sendRaw: (text) => {
      for (const socket of sockets)
        (WebSocket.prototype.send as (data: string) => void).call(socket, text);
    },
  };
}

import type { IncomingMessage } from "node:http";
import { ClientGone, HttpError } from "./http-error.ts";

/** What is read and thrown away of a body that is too large, so that its connection survives. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024;

/** What all bodies that are being read may take of this process's memory. */
const BUFFERED_BYTES_MAX = 256 * 1024 * 1024;

/** Bytes held by bodies whose end has not come yet, over all requests of this process. */
let bufferedBytes = 0;

/**
 * Reads a request's body.
 *
 * A body that is too large is read to its end and thrown away before it is refused: a client that
 * is still writing would otherwise see its connection break instead of the answer. Past a bound the
 * connection does break.
 *
 * @throws HttpError 413 for more than `bytesMax`, 503 while others take all the memory there is.
 * @throws ClientGone when the client leaves first, or has left.
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Buffer<ArrayBuffer>> {
  // It may have left while its token was looked at; then no event comes any more.
  if (request.destroyed) throw new ClientGone();
  const body = new Body(request, bytesMax);
  try {
    return await body.ended;
  } finally {
    body.release();
  }
}

/** One body on its way in. */
class Body {
  readonly ended: Promise<Buffer<ArrayBuffer>>;
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #heldBytes = 0;
  #bytes = 0;
  /** Why the body will be refused at its end; `null` while it is kept. */
  #refusal: HttpError | null = null;

  constructor(request: IncomingMessage, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.ended = new Promise((resolve, reject) => {
      request.on("data", (part: Buffer) => {
        this.#take(part);
        if (this.#refusal !== null && this.#bytes > bytesMax + DISCARDED_BYTES_MAX) {
          reject(this.#refusal);
          request.destroy();
        }
      });
      request.on("end", () => {
        if (this.#refusal !== null) reject(this.#refusal);
        else resolve(Buffer.concat(this.#parts));
      });
      request.on("error", () => reject(new ClientGone()));
      request.on("close", () => reject(new ClientGone()));
    });
  }

  release(): void {
    bufferedBytes -= this.#heldBytes;
    this.#heldBytes = 0;
    this.#parts = [];
  }

  #take(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#refusal !== null) return;
    if (this.#bytes > this.#bytesMax) {
      this.#refuse(413, "RequestTooLarge", `A request's body may have at most ${this.#limit}.`);
    } else if (bufferedBytes + part.length > BUFFERED_BYTES_MAX) {
      this.#refuse(503, "Overloaded", "The service is busy with other requests; try again.");
    } else {
      this.#parts.push(part);
      this.#heldBytes += part.length;
      bufferedBytes += part.length;
    }
  }

  #refuse(status: number, code: string, message: string): void {
    this.#refusal = new HttpError(status, code, message);
    this.release();
  }

  get #limit(): string {
    return `${this.#bytesMax / (1024 * 1024)} MiB`;
  }
}

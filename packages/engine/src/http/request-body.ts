import type { IncomingMessage } from "node:http";
import { ClientGone, HttpError } from "./http-error.ts";

/** What is read and thrown away of a body that is too large, so that its connection survives. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Reads a request's body.
 *
 * A body that is too large is read to its end and thrown away before it is refused: a client that
 * is still writing would otherwise see its connection break instead of the answer. Past a bound the
 * connection does break.
 *
 * @throws HttpError(413) for more than `bytesMax`.
 * @throws ClientGone when the client leaves first.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    let parts: Buffer[] = [];
    let bytes = 0;
    const tooLarge = () =>
      new HttpError(
        413,
        "RequestTooLarge",
        `A request's body may have at most ${bytesMax / (1024 * 1024)} MiB.`,
      );
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes <= bytesMax) {
        parts.push(part);
        return;
      }
      parts = [];
      if (bytes > bytesMax + DISCARDED_BYTES_MAX) {
        request.pause();
        reject(tooLarge());
        request.destroy();
      }
    });
    request.on("end", () => {
      if (bytes > bytesMax) reject(tooLarge());
      else resolve(Buffer.concat(parts));
    });
    request.on("error", () => reject(new ClientGone()));
    request.on("close", () => reject(new ClientGone()));
  });
}

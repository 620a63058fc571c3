import { connect } from "node:net";

/** A peer that has said it is finished is let go by then, on the slowest machine. */
const CLOSE_MS = 30_000;

/**
 * Sends bytes over a connection of their own, and resolves with all that comes until it is closed.
 *
 * @param endsHalf Whether nothing follows is said by ending our half, for which Node takes the whole to
 *   be gone.
 * @throws Error when the engine has not closed it after 30 s.
 */
export function exchange(
  port: number,
  parts: readonly Buffer[],
  endsHalf: boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`not closed after ${CLOSE_MS} ms`));
    }, CLOSE_MS);
    socket.setNoDelay(true);
    socket.on("data", (part) => received.push(part));
    // It may be cut off in the middle of what it says.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(received));
    });
    for (const part of parts) socket.write(part);
    if (endsHalf) socket.end();
  });
}

import type { Duplex } from "node:stream";
import type { FramePart } from "../sync/transition-frames.ts";

const TEXT_AND_LAST = 0x81;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;

/**
 * Writes one text frame whose parts are in different places, without putting them together first:
 * what many clients are sent is encoded once, and the kernel gathers it.
 *
 * For a server's end of a connection without extensions, on which nothing else is half written.
 * Source: RFC 6455, section 5.2.
 */
export function writeTextFrame(
  socket: Duplex,
  parts: readonly FramePart[],
  onSent: () => void,
): void {
  const chunks = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  socket.cork();
  socket.write(headerOf(length));
  for (const [place, chunk] of chunks.entries()) {
    if (place < chunks.length - 1) socket.write(chunk);
    else socket.write(chunk, onSent);
  }
  socket.uncork();
}

function headerOf(length: number): Buffer {
  if (length < LENGTH_IN_2_BYTES) return Buffer.from([TEXT_AND_LAST, length]);
  if (length <= 0xffff) {
    const header = Buffer.from([TEXT_AND_LAST, LENGTH_IN_2_BYTES, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header[0] = TEXT_AND_LAST;
  header[1] = LENGTH_IN_8_BYTES;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

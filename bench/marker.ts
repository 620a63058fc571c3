// How a load generator recognises its messages in raw frames without parsing them.

const PREFIX = "~#";
const PREFIX_BYTES = Buffer.from(PREFIX);
const DIGITS = 8;
const BODY_BYTES = 200;
const FILLER = "the quick brown fox jumps over the lazy dog and "
  .repeat(5)
  .slice(0, BODY_BYTES - PREFIX.length - DIGITS);

/** A message of 200 bytes that ends in its number: previews of it, which are cut, do not carry the number. */
export function bodyOf(marker: number): string {
  return FILLER + PREFIX + String(marker).padStart(DIGITS, "0");
}

/**
 * Reports the messages of a page, newest first, that this receiver has not had before.
 *
 * Pages are windows on one order, so everything behind a message that was the newest once is known.
 * @returns The newest marker of the page, or `newest` when the frame carries no message.
 */
export function readNewMarkers(
  frame: Buffer,
  newest: number,
  onMarker: (marker: number) => void,
): number {
  let first = -1;
  for (let at = frame.indexOf(PREFIX_BYTES); at !== -1; ) {
    const marker = readNumber(frame, at + PREFIX.length);
    if (marker === newest) break;
    if (first === -1) first = marker;
    onMarker(marker);
    at = frame.indexOf(PREFIX_BYTES, at + BODY_BYTES);
  }
  return first === -1 ? newest : first;
}

function readNumber(frame: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + DIGITS; at += 1) value = value * 10 + (frame[at] ?? 48) - 48;
  return value;
}

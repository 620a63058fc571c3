import { limits } from "../base/limits.ts";
import { transitionChunks } from "../protocol/server-message.ts";
import { type Modification, sharedBytes } from "./watched-query.ts";

/** A piece of a frame's text, which may be encoded already. */
export type FramePart = string | Uint8Array;

/** A frame's text, put together. */
export function frameText(frame: string | readonly FramePart[]): string {
  if (typeof frame === "string") return frame;
  return frame
    .map((part) => (typeof part === "string" ? part : Buffer.from(part).toString("utf8")))
    .join("");
}

/** A transition's frames: one, in parts if clients share some of it, or chunks of a large one. */
export function framesOf(
  { head, foot }: { head: string; foot: string },
  modifications: readonly Modification[],
  transitionId: string,
): Array<string | FramePart[]> {
  let length = 0;
  for (const { result } of modifications) length += result?.tail.length ?? 0;
  if (length >= limits.transitionChunkBytes / 3) {
    const texts = modifications.map(({ beginning, result }) => beginning + (result?.tail ?? ""));
    const text = `${head}${texts.join(",")}${foot}`;
    return transitionChunks(text, limits.transitionChunkBytes, transitionId);
  }
  const parts: FramePart[] = [];
  let text = head;
  for (const [place, modification] of modifications.entries()) {
    if (place > 0) text += ",";
    text += modification.beginning;
    const bytes = sharedBytes(modification);
    if (bytes === null) {
      text += modification.result?.tail ?? "";
    } else {
      parts.push(text, bytes);
      text = "";
    }
  }
  text += foot;
  return [parts.length === 0 ? text : [...parts, text]];
}

import { createHash } from "node:crypto";
import { type FileStore, newFileKey } from "./file-store.ts";

/** Why a file was not taken: the sender's mistake. */
export type FileRefusalReason = "too-large" | "wrong-digest";

export class FileRefusal extends Error {
  override readonly name = "FileRefusal";

  constructor(
    readonly reason: FileRefusalReason,
    message: string,
  ) {
    super(message);
  }
}

export interface ReceivedFile {
  key: string;
  sizeBytes: number;
  /** Base64. */
  sha256: string;
}

/**
 * Writes a body to a new file as it comes in; memory holds a part at a time.
 *
 * @param expectedSha256 Base64 or hex; null: nobody has said.
 * @throws FileRefusal, or what the body or the disk throws; then nothing is left.
 */
export async function receiveFile(
  files: FileStore,
  body: AsyncIterable<Uint8Array>,
  options: { random: Uint8Array; bytesMax: number; expectedSha256: string | null },
): Promise<ReceivedFile> {
  const { bytesMax, expectedSha256 } = options;
  const key = newFileKey(options.random);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const writer = await files.create(key);
  try {
    for await (const part of body) {
      sizeBytes += part.length;
      if (sizeBytes > bytesMax) {
        throw new FileRefusal("too-large", `A file may have at most ${bytesMax} bytes.`);
      }
      hash.update(part);
      await writer.write(part);
    }
    const digest = hash.digest();
    const sha256 = digest.toString("base64");
    if (
      expectedSha256 !== null &&
      expectedSha256 !== sha256 &&
      expectedSha256.toLowerCase() !== digest.toString("hex")
    ) {
      throw new FileRefusal(
        "wrong-digest",
        "The file does not have the SHA-256 that was promised.",
      );
    }
    await writer.finish();
    return { key, sizeBytes, sha256 };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

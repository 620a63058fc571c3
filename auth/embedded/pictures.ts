import { randomBytes } from "node:crypto";
import type Database from "better-sqlite3";
import sharp from "sharp";

export type Pictures = ReturnType<typeof createPictures>;

const SIDE_PX = 512;
/** What a browser has drawn is far below; a small file can still unfold into a huge picture. */
const INPUT_PIXELS_MAX = 25_000_000;
const KNOWN_FORMATS = ["jpeg", "png", "webp", "gif", "heif"];
const ID_BYTES = 16;

/**
 * People's pictures. What came in is never given out: it is read by its content, drawn anew at a bounded
 * size and written as WebP, without a word of what else was in the file. A picture goes with its account.
 */
export function createPictures(database: Database.Database) {
  database.exec(`CREATE TABLE IF NOT EXISTS picture (
    userId TEXT PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT`);
  return {
    /** @returns The new picture's id; null when this is no picture. */
    async set(userId: string, given: Buffer): Promise<string | null> {
      const bytes = await redraw(given);
      if (bytes === null) return null;
      // A new id each time: browsers keep what they have got under an old one.
      const id = randomBytes(ID_BYTES).toString("base64url");
      database
        .prepare(
          `INSERT INTO picture (userId, id, bytes) VALUES (?, ?, ?)
           ON CONFLICT (userId) DO UPDATE SET id = excluded.id, bytes = excluded.bytes`,
        )
        .run(userId, id, bytes);
      return id;
    },

    remove(userId: string): void {
      database.prepare("DELETE FROM picture WHERE userId = ?").run(userId);
    },

    read(id: string): Buffer | null {
      const row = database.prepare("SELECT bytes FROM picture WHERE id = ?").get(id);
      return row === undefined ? null : (row as { bytes: Buffer }).bytes;
    },
  };
}

async function redraw(given: Buffer): Promise<Buffer | null> {
  try {
    const picture = sharp(given, { limitInputPixels: INPUT_PIXELS_MAX });
    const { format } = await picture.metadata();
    // Never a vector picture, which is a program.
    if (!KNOWN_FORMATS.includes(format ?? "")) return null;
    return await picture
      .rotate()
      .resize(SIDE_PX, SIDE_PX, { fit: "cover", withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer();
  } catch {
    // Cut short, too large when unfolded, or something else by the name of a picture.
    return null;
  }
}

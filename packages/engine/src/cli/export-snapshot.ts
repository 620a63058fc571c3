import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import yazl from "yazl";
import { EngineError } from "../base/engine-error.ts";
import type { Persistence } from "../persistence/persistence.ts";
import { idKeyOf, type Table } from "../store/catalog.ts";
import { openTables } from "../store/open-tables.ts";
import { decodeDocumentId, encodeDocumentId } from "../values/document-id.ts";
import type { JSONObject } from "../values/json.ts";
import { rowsOf, withReadableFolder } from "./offline.ts";
import { snapshotPrefix } from "./snapshot-file.ts";
import { writeUniform } from "./uniform-json.ts";

const README = `This is a snapshot in the format of Convex: a folder a table with its documents, a line each, and
stored files under their ids. \`npx convex import\` and \`parley-engine import\` read it.
`;

/**
 * Writes all tables and stored files into a ZIP as \`npx convex export\` does.
 *
 * @throws EngineError "DataFolderUnusable" where the file exists or cannot be written.
 */
export async function exportSnapshot(dataDir: string, file: string): Promise<void> {
  if (existsSync(file)) {
    throw new EngineError("DataFolderUnusable", `The file ${file} is there already.`);
  }
  const unfinished = `${file}.part`;
  try {
    await withReadableFolder(dataDir, async (persistence) => {
      const zip = new yazl.ZipFile();
      const output = createWriteStream(unfinished, { mode: 0o600, flush: true });
      const written = pipeline(zip.outputStream, output);
      addAll(zip, persistence, dataDir);
      zip.on("error", (error) => output.destroy(error as Error));
      zip.end();
      await written;
    });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    if (error instanceof EngineError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new EngineError(
      "DataFolderUnusable",
      `The snapshot ${file} cannot be written (${code ?? message}).`,
      { cause: error },
    );
  }
}

function addAll(zip: yazl.ZipFile, persistence: Persistence, dataDir: string): void {
  const { catalog } = openTables(persistence);
  addText(zip, "README.md", [README]);
  const components = new Set([...catalog.tables()].map(({ component }) => component));
  const blobs = catalog.ensureTable("_file_blobs");
  const keyOf = (id: string): string => {
    const blobId = encodeDocumentId(blobs.number, decodeDocumentId(id)!.internalId);
    const row = persistence.get(blobs.byId.number, idKeyOf(blobId));
    if (!row) throw new Error(`nothing says where the file ${id} is`);
    return (JSON.parse(row.body) as { key: string }).key;
  };
  for (const component of components) {
    const prefix = snapshotPrefix(component);
    const tables = [...catalog.tables()].filter(
      (table) => table.component === component && !table.name.startsWith("_"),
    );
    const names = tables.map(({ name, number: id }) => `${JSON.stringify({ name, id })}\n`);
    addText(zip, `${prefix}_tables/documents.jsonl`, names);
    for (const table of tables) {
      addText(zip, `${prefix}${table.name}/documents.jsonl`, documentLines(persistence, table));
      addText(zip, `${prefix}${table.name}/generated_schema.jsonl`, ['"uniform"\n']);
    }
    const files = catalog.findTable("_storage", component);
    if (!files) continue;
    addText(zip, `${prefix}_storage/documents.jsonl`, fileLines(persistence, files, keyOf));
    for (const { id } of rowsOf(persistence, files)) {
      zip.addReadStreamLazy(
        `${prefix}_storage/${id}`,
        { mode: 0o100644, compress: false },
        (give) => give(null, createReadStream(join(dataDir, "files", keyOf(id)))),
      );
    }
  }
}

function* documentLines(persistence: Persistence, table: Table): Iterable<string> {
  for (const { body } of rowsOf(persistence, table)) {
    yield `${writeUniform(JSON.parse(body) as JSONObject)}\n`;
  }
}

function* fileLines(
  persistence: Persistence,
  files: Table,
  keyOf: (id: string) => string,
): Iterable<string> {
  for (const { id, body } of rowsOf(persistence, files)) {
    yield `${JSON.stringify({ ...(JSON.parse(body) as object), internalId: keyOf(id) })}\n`;
  }
}

/** Read when its turn comes, so that only a part of a table is ever in memory. */
function addText(zip: yazl.ZipFile, path: string, parts: Iterable<string>): void {
  zip.addReadStreamLazy(path, { mode: 0o100644 }, (give) =>
    give(null, Readable.from(parts, { objectMode: false })),
  );
}

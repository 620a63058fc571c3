import type { Readable } from "node:stream";
import yauzl from "yauzl";
import { EngineError } from "../base/engine-error.ts";

const ENTRIES_MAX = 1_000_000;
/** A document of 1 MiB, written as wastefully as JSON allows. */
const LINE_LENGTH_MAX = 8 * 1024 * 1024;

/** A snapshot ZIP that is open for reading. */
export interface SnapshotFile {
  paths: readonly string[];
  has(path: string): boolean;
  read(path: string): Promise<Readable>;
  /** The lines of a text, empty ones left out; none when there is no such text. */
  lines(path: string): AsyncIterable<string>;
  close(): void;
}

/** @throws EngineError "DataFolderUnusable" when the file is no ZIP. */
export async function openSnapshot(file: string): Promise<SnapshotFile> {
  const { zip, entries } = await readEntries(file).catch((cause: Error) => {
    throw new EngineError(
      "DataFolderUnusable",
      `The snapshot ${file} cannot be read (${cause.message.replace(/\.$/, "")}).`,
      { cause },
    );
  });
  const read = (path: string) =>
    new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entries.get(path)!, (error, stream) =>
        error ? reject(error) : resolve(stream),
      );
    });
  return {
    paths: [...entries.keys()],
    has: (path) => entries.has(path),
    read,
    lines: async function* (path) {
      if (entries.has(path)) yield* linesOf(await read(path), path);
    },
    close: () => zip.close(),
  };
}

function readEntries(
  file: string,
): Promise<{ zip: yauzl.ZipFile; entries: Map<string, yauzl.Entry> }> {
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) return reject(error);
      const entries = new Map<string, yauzl.Entry>();
      zip.on("entry", (entry: yauzl.Entry) => {
        if (!entry.fileName.endsWith("/")) entries.set(entry.fileName, entry);
        if (entries.size > ENTRIES_MAX) reject(new Error("it has too many entries"));
        else zip.readEntry();
      });
      zip.on("end", () => resolve({ zip, entries }));
      zip.on("error", reject);
      zip.readEntry();
    });
  });
}

async function* linesOf(stream: Readable, path: string): AsyncIterable<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for await (const part of stream) {
    const lines = (rest + decoder.decode(part as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > LINE_LENGTH_MAX) throw new Error(`a line of ${path} is too long`);
    for (const line of lines) if (line.trim() !== "") yield line;
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield rest;
}

/** What the folders of a component's tables begin with: nothing for the app. */
export function snapshotPrefix(component: string): string {
  if (component === "") return "";
  return component
    .split("/")
    .map((name) => `_components/${name}/`)
    .join("");
}

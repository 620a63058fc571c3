import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { limits } from "../base/limits.ts";
import { FileRefusal } from "../files/receive-file.ts";
import type { UploadClaim } from "../files/upload-token.ts";
import { ClientGone, HttpError, sendJson } from "./http-error.ts";

/** What is known of a stored file. */
export interface ServedFile {
  size: number;
  /** Base64. */
  sha256: string;
  contentType?: string;
}

/** What the storage addresses need of the machine. */
export interface FileDoor {
  readToken(token: string): UploadClaim;
  /** Puts a file into a component; returns the new file's id. */
  add(
    component: string,
    body: {
      bytes: AsyncIterable<Uint8Array>;
      contentType: string | null;
      sha256: string | null;
    },
  ): Promise<string>;
  /** By the last part of the file's address; null when there is none. */
  find(key: string): ServedFile | null;
  read(key: string, start: number, end: number): Promise<AsyncIterable<Uint8Array>>;
}

const KEY = /^[0-9a-f-]{36}$/;
const CONTENT_TYPE = /^[\x20-\x7e]+$/;

/**
 * Serves `/api/storage/upload?token=…` and `/api/storage/KEY`.
 *
 * Source: the storage addresses of Convex; SPEC FI1 to FI6.
 */
export async function serveStorage(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  files: FileDoor,
): Promise<void> {
  const url = new URL(target, "http://localhost");
  const name = url.pathname.slice("/api/storage/".length);
  const method = request.method ?? "";
  if (name === "upload") {
    if (method !== "POST") throw new HttpError(405, "MethodNotAllowed", "Use POST here.");
    await upload(request, response, url.searchParams.get("token") ?? "", files);
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    throw new HttpError(405, "MethodNotAllowed", "Use GET here.");
  }
  if (!KEY.test(name)) {
    throw new HttpError(400, "InvalidStoragePath", "This is no address of a stored file.");
  }
  await download(request, response, name, files);
}

async function upload(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  files: FileDoor,
): Promise<void> {
  try {
    const component = requireToken(token, files);
    const contentType = request.headers["content-type"] ?? null;
    if (contentType !== null && !isContentType(contentType)) {
      throw new HttpError(400, "InvalidContentType", "The Content-Type cannot be kept.");
    }
    if (Number(request.headers["content-length"] ?? 0) > limits.fileBytesMax) throw tooLarge();
    const storageId = await files.add(component, {
      bytes: bodyOf(request),
      contentType,
      sha256: promisedSha256(request.headers.digest),
    });
    sendJson(response, 200, JSON.stringify({ storageId }));
  } catch (error) {
    // What is left of the body is not read: the connection ends with the answer.
    if (!request.complete) response.setHeader("connection", "close");
    if (error instanceof FileRefusal) throw asHttpError(error);
    throw error;
  }
}

async function download(
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
  files: FileDoor,
): Promise<void> {
  const file = files.find(key);
  if (!file) throw new HttpError(404, "FileNotFound", "This file does not exist, or not any more.");
  const range = rangeOf(request.headers.range, file.size);
  if (range === "unsatisfiable") {
    response.setHeader("content-range", `bytes */${file.size}`);
    throw new HttpError(416, "RangeNotSatisfiable", "The file has no such bytes.");
  }
  const { start, end } = range ?? { start: 0, end: file.size };
  const isHead = request.method === "HEAD";
  const body = isHead ? null : await files.read(key, start, end);
  response.statusCode = range ? 206 : 200;
  if (range) response.setHeader("content-range", `bytes ${start}-${end - 1}/${file.size}`);
  response.setHeader("content-type", file.contentType ?? "application/octet-stream");
  response.setHeader("content-length", end - start);
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("cache-control", "private, max-age=2592000");
  response.setHeader("digest", `sha-256=${file.sha256}`);
  // Anybody's bytes at an address of ours: whatever they are, they run no script here.
  response.setHeader(
    "content-security-policy",
    "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  );
  response.setHeader("x-content-type-options", "nosniff");
  if (body === null) {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(body, { objectMode: false }), response);
  } catch (error) {
    throw response.destroyed ? new ClientGone() : error;
  }
}

/** The component that a file may be posted for. */
function requireToken(token: string, files: FileDoor): string {
  const claim = files.readToken(token);
  switch (claim.state) {
    case "valid":
      return claim.component;
    case "expired":
      throw new HttpError(401, "StorageTokenExpired", "This upload address has expired.");
    case "invalid":
      throw new HttpError(401, "StorageTokenInvalid", "This upload address is not valid.");
    default:
      return claim satisfies never;
  }
}

/** Part by part, no faster than it is written; a client that leaves is no file. */
async function* bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch {
    throw new ClientGone();
  }
  if (!request.complete) throw new ClientGone();
}

/**
 * `Digest: sha-256=BASE64`, among others if there are any.
 *
 * @throws HttpError(400) for a header that cannot be read: whoever promises wants it checked.
 */
function promisedSha256(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (
    !String(header)
      .split(",")
      .every((part) => /^\s*[\w-]+=[^\s]+\s*$/.test(part))
  ) {
    throw new HttpError(400, "BadDigest", "The header Digest cannot be read.");
  }
  const found = /(?:^|,)\s*sha-256=([^,\s]+)/i.exec(String(header));
  return found?.[1] ?? null;
}

/**
 * One range of bytes, half open; null to be answered with the whole file: without a range, with
 * several, with one that cannot be read, and of an empty file.
 */
function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const found = /^bytes=(\d*)-(\d*)$/i.exec(header ?? "");
  if (!found || size === 0) return null;
  const [, first = "", last = ""] = found;
  if (first === "" && last === "") return null;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? "unsatisfiable" : { start: size - count, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (start >= size) return "unsatisfiable";
  return start < end ? { start, end } : null;
}

function isContentType(text: string): boolean {
  return text.length <= limits.contentTypeLengthMax && CONTENT_TYPE.test(text);
}

function asHttpError({ reason, message }: FileRefusal): HttpError {
  switch (reason) {
    case "too-large":
      return tooLarge();
    case "wrong-digest":
      return new HttpError(400, "BadDigest", message);
    default:
      return reason satisfies never;
  }
}

function tooLarge(): HttpError {
  const mebibytes = limits.fileBytesMax / (1024 * 1024);
  return new HttpError(413, "FileTooLarge", `A file may have at most ${mebibytes} MiB.`);
}

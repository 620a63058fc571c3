/** One answer as it came over the wire. */
export interface Answer {
  status: number;
  /** Names in lower case; of several headers of a name the last. */
  headers: Map<string, string>;
  body: Buffer;
}

/**
 * Takes a connection's bytes apart into answers, as strictly as a client could.
 *
 * @param isHead Whether the first answer is to HEAD, and so has no body.
 * @throws Error for bytes that are no answer, or only a part of one.
 */
export function readAnswers(bytes: Buffer, isHead = false): Answer[] {
  const answers: Answer[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) throw new Error("an answer without the end of its head");
    const [line = "", ...fields] = rest.toString("latin1", 0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(line)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no status line: ${line.slice(0, 100)}`);
    const headers = new Map(fields.map(readField));
    rest = rest.subarray(end + 4);
    const hasBody = status >= 200 && status !== 204 && status !== 304;
    const { body, length } =
      hasBody && !(isHead && answers.length === 0)
        ? readBody(rest, headers)
        : { body: Buffer.alloc(0), length: 0 };
    rest = rest.subarray(length);
    if (status >= 200) answers.push({ status, headers, body });
  }
  return answers;
}

function readField(field: string): [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+): ?(.*)$/.exec(field) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no header: ${field}`);
  return [name.toLowerCase(), value];
}

function readBody(bytes: Buffer, headers: Map<string, string>): { body: Buffer; length: number } {
  if (headers.get("transfer-encoding") === "chunked") return readChunks(bytes);
  const announced = headers.get("content-length");
  // Neither: it goes on to the end of the connection.
  const length = announced === undefined ? bytes.length : Number(announced);
  if (!(length <= bytes.length)) throw new Error(`${bytes.length} bytes of ${announced}`);
  return { body: bytes.subarray(0, length), length };
}

function readChunks(bytes: Buffer): { body: Buffer; length: number } {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (end < 0 || Number.isNaN(size)) throw new Error("no size of a chunk");
    const start = end + 2;
    if (bytes.toString("latin1", start + size, start + size + 2) !== "\r\n") {
      throw new Error("a chunk without its end");
    }
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
    if (size === 0) return { body: Buffer.concat(parts), length: at };
  }
}

import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { ClientGone } from "./http-error.ts";
import { readBody } from "./request-body.ts";

const MIB = 1024 * 1024;

function incoming(): IncomingMessage {
  return new IncomingMessage(new Socket());
}

test("[HT4] a body is read whole, up to its limit", async () => {
  const exact = incoming();
  const read = readBody(exact, 3);
  for (const part of ["a", "bc", null]) exact.push(part);
  expect((await read).toString()).toBe("abc");

  const larger = incoming();
  const refused = readBody(larger, 3);
  for (const part of ["a", "bcd", null]) larger.push(part);
  await expect(refused).rejects.toMatchObject({ status: 413, code: "RequestTooLarge" });
});

test("[HT4] a body without end is cut off", async () => {
  const endless = incoming();
  const refused = expect(readBody(endless, MIB)).rejects.toMatchObject({ status: 413 });
  const part = Buffer.alloc(8 * MIB);
  for (let i = 0; i < 10; i += 1) {
    endless.push(part);
    await new Promise(setImmediate);
  }
  await refused;
  expect(endless.destroyed).toBe(true);
});

test("[HT4] all bodies together have a limit, and give back what they held", async () => {
  const part = Buffer.alloc(16 * MIB);
  const open: IncomingMessage[] = [];
  const reads: Promise<unknown>[] = [];
  const begin = async () => {
    const request = incoming();
    const read = readBody(request, 16 * MIB).catch((error: unknown) => error);
    request.push(part);
    await new Promise(setImmediate);
    open.push(request);
    reads.push(read);
  };
  for (let i = 0; i < 17; i += 1) await begin();
  for (const request of open) request.push(null);
  const ends = await Promise.all(reads);
  expect(ends.filter((end) => end instanceof Buffer).length).toBe(16);
  expect(ends.at(-1)).toMatchObject({ status: 503, code: "Overloaded" });
  await begin();
  open.at(-1)!.push(null);
  expect(await reads.at(-1)).toBeInstanceOf(Buffer);
});

test("[HT8] a client that leaves, or has left, is not waited for", async () => {
  const leaving = incoming();
  const read = readBody(leaving, 3);
  leaving.push("a");
  leaving.destroy();
  await expect(read).rejects.toThrow(ClientGone);
  await expect(readBody(leaving, 3)).rejects.toThrow(ClientGone);
});

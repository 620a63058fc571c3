import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { preflight, StartRefusal } from "./preflight.mjs";

let folder: string;
let busy: Server;
let busyPort: string;
let freePort: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-preflight-"));
  busy = createServer();
  busyPort = String(await listenSomewhere(busy));
  const brief = createServer();
  freePort = String(await listenSomewhere(brief));
  await new Promise((resolve) => brief.close(resolve));
});

afterEach(async () => {
  await new Promise((resolve) => busy.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function listenSomewhere(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const refusalOf = (env: Record<string, string>) =>
  preflight({ PORT: freePort, PARLEY_DATA: join(folder, "data"), ...env }).then(
    () => null,
    (error: unknown) => error,
  );

test("makes the data folder, for its owner alone", async () => {
  expect(await refusalOf({ PARLEY_DATA: join(folder, "a/b") })).toBeNull();
  expect(statSync(join(folder, "a/b")).mode & 0o777).toBe(0o700);
});

test("says which port is busy, before anything else is done", async () => {
  const refusal = await refusalOf({ PORT: busyPort });
  expect(refusal).toBeInstanceOf(StartRefusal);
  expect(String(refusal)).toContain(`Port ${busyPort} on 127.0.0.1 is already in use`);
});

test("refuses a data folder that cannot be one, in one sentence", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const impossible = [file, join(file, "below")];
  // Node's own recursive `mkdir` would never come back from here.
  if (existsSync("/proc/self")) impossible.push("/proc/parley/data");
  for (const path of impossible) {
    const refusal = await refusalOf({ PARLEY_DATA: path });
    expect(refusal).toBeInstanceOf(StartRefusal);
    expect(String(refusal)).toMatch(/cannot be written \(E[A-Z]+\): make it writable.*\.$/);
  }
});

test.each(["0", "65536", "abc", "-1"])("refuses PORT=%s", async (port) => {
  expect(String(await refusalOf({ PORT: port }))).toContain("PORT must be a whole number");
});

test("refuses an address that is not this machine's", async () => {
  expect(String(await refusalOf({ HOST: "192.0.2.123" }))).toContain("HOST 192.0.2.123 cannot be");
});

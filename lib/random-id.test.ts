import { afterEach, describe, expect, it, vi } from "vitest";
import { createRandomId } from "./random-id";

afterEach(() => vi.unstubAllGlobals());

describe("createRandomId", () => {
  it("never repeats itself, with and without a secure context", () => {
    const secure = new Set(Array.from({ length: 1000 }, createRandomId));
    vi.stubGlobal("crypto", {
      getRandomValues: (bytes: Uint8Array) =>
        globalThis.process
          .getBuiltinModule("node:crypto")
          .webcrypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    });
    const plain = Array.from({ length: 1000 }, createRandomId);
    expect(new Set([...secure, ...plain]).size).toBe(2000);
    for (const id of plain) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

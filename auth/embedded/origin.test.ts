import { describe, expect, test } from "vitest";
import { isOwnOrigin } from "./origin";

const fromPage = (origin: string, host: string | null) => ({ origin, host, isFromBrowser: true });

describe("over plain http", () => {
  const publicUrl = "http://localhost:3000";

  test.each([
    ["http://localhost:3000", "localhost:3000"],
    ["http://127.0.0.1:3000", "127.0.0.1:3000"],
    ["http://[::1]:3000", "[::1]:3000"],
    ["http://127.0.0.1:3000", "localhost:3000"],
    ["http://localhost:3000", "[::1]:3000"],
    ["http://192.168.1.7:3000", "192.168.1.7:3000"],
    ["http://harbour.local:3000", "harbour.local:3000"],
    ["http://harbour.local", "harbour.local:80"],
  ])("%s at %s is ours", (origin, host) => {
    expect(isOwnOrigin(fromPage(origin, host), publicUrl)).toBe(true);
  });

  test.each([
    ["http://localhost:4000", "localhost:3000"],
    ["http://evil.example", "localhost:3000"],
    ["http://localhost.evil.example:3000", "localhost:3000"],
    ["https://localhost:3000", "localhost:3000"],
    ["http://192.168.1.8:3000", "192.168.1.7:3000"],
    ["null", "localhost:3000"],
    ["http://localhost:3000/", "localhost:3000"],
    ["http://localhost:3000@evil.example", "localhost:3000"],
    ["file://", "localhost:3000"],
    ["", "localhost:3000"],
  ])("%s at %s is not", (origin, host) => {
    expect(isOwnOrigin(fromPage(origin, host), publicUrl)).toBe(false);
  });
});

describe("over https", () => {
  const publicUrl = "https://chat.example.org";

  test("only the public URL is ours, whatever the host says", () => {
    expect(isOwnOrigin(fromPage(publicUrl, "10.0.0.3:3000"), publicUrl)).toBe(true);
    for (const origin of [
      "http://chat.example.org",
      "https://evil.example",
      "http://localhost:3000",
    ]) {
      expect(isOwnOrigin(fromPage(origin, new URL(origin).host), publicUrl)).toBe(false);
    }
  });
});

test("a program names no origin; a browser that names none is not believed", () => {
  const anonymous = { origin: null, host: "localhost:3000" };
  expect(isOwnOrigin({ ...anonymous, isFromBrowser: false }, "http://localhost:3000")).toBe(true);
  expect(isOwnOrigin({ ...anonymous, isFromBrowser: true }, "http://localhost:3000")).toBe(false);
});

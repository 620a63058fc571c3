import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { createClientAddressReader } from "./client-address";

function read(trusted: string[], remoteAddress: string | undefined, forwarded?: string) {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  const request = { headers, socket: { remoteAddress } } as IncomingMessage;
  return createClientAddressReader(trusted).read(request);
}

test.each([
  ["nobody is trusted", [], "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["another is trusted", ["10.0.0.1"], "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["the proxy is", ["10.0.0.1"], "10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["its range is", ["10.0.0.0/8"], "10.7.7.7", "203.0.113.9", "203.0.113.9"],
  ["the client wrote first", ["10.0.0.1"], "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"],
  [
    "two proxies stand in a row",
    ["10.0.0.0/8"],
    "10.0.0.1",
    "203.0.113.9, 10.0.0.2",
    "203.0.113.9",
  ],
  ["the proxy forwards nonsense", ["10.0.0.1"], "10.0.0.1", "203.0.113.9, <x>", "10.0.0.1"],
  ["the proxy forwards nothing", ["10.0.0.1"], "10.0.0.1", undefined, "10.0.0.1"],
  ["IPv4 comes over IPv6", ["127.0.0.1"], "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["the proxy speaks IPv6", ["fd00::/8"], "fd00::5", "2001:db8::1", "2001:db8::1"],
  ["the socket is gone", [], undefined, "1.2.3.4", "0.0.0.0"],
])("when %s", (_name, trusted, remote, forwarded, expected) => {
  expect(read(trusted, remote, forwarded)).toBe(expected);
});

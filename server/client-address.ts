import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Tells who is really calling, given whose word about that counts. */
export type ClientAddressReader = {
  /** The client's address; the socket's own unless a trusted proxy says otherwise. */
  read: (request: IncomingMessage) => string;
  /** Whether the other end of the socket is a proxy whose forwarding headers count. */
  isFromProxy: (request: IncomingMessage) => boolean;
};

const HOPS_MAX = 32;

/**
 * @param trustedProxies Addresses and CIDR ranges, already checked. Only their `X-Forwarded-For` is
 * believed, and of it only what stands right of the first address that is not itself trusted:
 * everything further left was written by the client.
 */
export function createClientAddressReader(trustedProxies: string[]): ClientAddressReader {
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }

  function isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 6 ? "ipv6" : "ipv4");
  }

  const ownAddress = (request: IncomingMessage) => plain(request.socket.remoteAddress ?? "");

  return {
    isFromProxy: (request) => isTrusted(ownAddress(request)),
    read(request) {
      let client = ownAddress(request);
      const hops = forwardedFor(request).slice(-HOPS_MAX);
      while (isTrusted(client)) {
        const hop = hops.pop();
        if (hop === undefined || isIP(hop) === 0) break;
        client = hop;
      }
      // A socket that is already gone has no address; those few share one.
      return client === "" ? "0.0.0.0" : client;
    },
  };
}

function forwardedFor(request: IncomingMessage): string[] {
  const header = request.headers["x-forwarded-for"];
  const text = Array.isArray(header) ? header.join(",") : (header ?? "");
  return text.split(",").map((hop) => plain(hop.trim()));
}

/** IPv4 addresses that arrive on an IPv6 socket are still the same addresses. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

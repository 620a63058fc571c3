import type { IncomingMessage } from "node:http";
import { limits } from "../base/limits.ts";
import type { CallOrigin } from "../runtime/call-metadata.ts";

/** The address of the client that a request is from; null where it has gone already. */
export type ReadAddress = (request: IncomingMessage) => string | null;

/**
 * Of the other end of the connection, whoever that is. Headers are not believed: only a host that
 * knows its proxies can tell whose word about that counts.
 */
export const socketAddress: ReadAddress = ({ socket }) => {
  const address = socket.remoteAddress ?? null;
  // IPv4 addresses that arrive on an IPv6 socket are still the same addresses.
  return address?.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
};

/** What functions are told about where a request comes from. */
export function originOf(request: IncomingMessage, readAddress: ReadAddress): CallOrigin {
  const userAgent = request.headers["user-agent"]?.slice(0, limits.userAgentLengthMax) ?? null;
  return { ip: readAddress(request), userAgent };
}

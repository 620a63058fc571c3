import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CommandLineError } from "./command-line.ts";

/**
 * Opens a port for a server.
 *
 * @param option Names the option by which the port was chosen.
 * @returns The port, also where any was asked for.
 * @throws CommandLineError when it cannot be had.
 */
export function listen(
  server: Server,
  host: string,
  port: number,
  option: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new CommandLineError(reasonOf(error, host, port, option), 1));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function reasonOf(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  option: string,
): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} is in use by another program; choose another with ${option}.`;
    case "EACCES":
      return `Port ${port} may not be opened by this user; choose another with ${option}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The address ${host} is not one of this machine's; choose another with --host.`;
    default:
      return `Port ${port} cannot be opened (${error.code ?? error.message}).`;
  }
}

/** How a server on this machine is reached, for people and for functions. */
export function urlOf(host: string, port: number): string {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const name = isEverywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

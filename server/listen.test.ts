import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { listen } from "./listen";

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const never = { handleRequest() {}, handleUpgrade() {} };

test("a port that is taken is an error, and nothing stays open", async () => {
  const port = await findFreePort();
  const listener = await listen(never, "127.0.0.1", port);
  await expect(listen(never, "127.0.0.1", port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await listener.close(0);
  const again = await listen(never, "127.0.0.1", port);
  await again.close(0);
});

test("closing cuts connections that do not end by themselves, upgraded ones too", async () => {
  const port = await findFreePort();
  let isUpgraded: () => void = () => undefined;
  const upgraded = new Promise<void>((resolve) => {
    isUpgraded = resolve;
  });
  const listener = await listen({ ...never, handleUpgrade: () => isUpgraded() }, "127.0.0.1", port);
  const socket = connect(port, "127.0.0.1");
  const cut = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  await upgraded;
  await Promise.all([listener.close(0), cut]);
});

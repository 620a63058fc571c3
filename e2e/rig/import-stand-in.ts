import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** What the Convex CLI asks a deployment to import, and the bytes that it has uploaded for it. */
export type Import = {
  mode: string;
  format: string;
  tableName?: string;
  componentPath?: string;
  file: Buffer;
  parts: number;
  isPerformed: boolean;
};

/** A server that takes a snapshot from the stock CLI as a deployment does, and keeps what it was given. */
export type ImportStandIn = {
  url: string;
  adminKey: string;
  imports: Import[];
  close: () => Promise<void>;
};

type Message = { type: string; newVersion?: number; modifications?: Array<{ queryId: number }> };

/** How many rows it says that it has written; the CLI believes it. */
export const ROWS = 3;
const ZERO = "AAAAAAAAAAA=";

export async function openImportStandIn(): Promise<ImportStandIn> {
  const adminKey = "stand-in|key";
  const imports: Import[] = [];
  const parts = new Map<string, Buffer>();

  const answers: Record<string, (target: URL, body: Buffer) => unknown> = {
    "/api/query": () => ({ status: "success", value: [], logLines: [] }),
    "/api/import/start_upload": () => ({ uploadToken: `upload/${imports.length}` }),
    "/api/import/upload_part": ({ searchParams }, body) => {
      const part = `${searchParams.get("uploadToken")} ${searchParams.get("partNumber")}`;
      parts.set(part, body);
      return part;
    },
    "/api/import/finish_upload": (_target, body) => {
      const { import: asked, partTokens } = JSON.parse(String(body)) as {
        import: Omit<Import, "file" | "parts" | "isPerformed">;
        partTokens: string[];
      };
      const file = Buffer.concat(partTokens.map((part) => parts.get(part) ?? Buffer.from("lost")));
      const importId = String(imports.length);
      imports.push({ ...asked, file, parts: partTokens.length, isPerformed: false });
      return { importId };
    },
    "/api/perform_import": (_target, body) => {
      const { importId } = JSON.parse(String(body)) as { importId: string };
      imports[Number(importId)]!.isPerformed = true;
      return null;
    },
  };

  const server = createServer(async (request, response) => {
    const target = new URL(request.url ?? "/", "http://localhost");
    const body = await readBody(request);
    const answer = answers[target.pathname];
    const isAdmin = request.headers.authorization === `Convex ${adminKey}`;
    const status = answer ? (isAdmin ? 200 : 401) : 404;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? answer?.(target, body) : { code: "NotFound" }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => tellState(socket, () => stateOf(imports.at(-1)!)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    adminKey,
    imports,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function stateOf({ isPerformed }: Import): object {
  if (!isPerformed) {
    return { state: "waiting_for_confirmation", message_to_confirm: "Is all of it to go?" };
  }
  const count = Buffer.alloc(8);
  count.writeBigInt64LE(BigInt(ROWS));
  return { state: "completed", num_rows_written: { $integer: count.toString("base64") } };
}

/** Answers the one query that the CLI has open, as that admin who asks. */
function tellState(socket: WebSocket, state: () => object): void {
  let at = { querySet: 0, identity: 0, ts: ZERO };
  socket.on("message", (data) => {
    const { type, newVersion = 0, modifications = [] } = JSON.parse(String(data)) as Message;
    if (type !== "Authenticate" && type !== "ModifyQuerySet") return;
    const startVersion = at;
    at =
      type === "Authenticate"
        ? { ...at, identity: at.identity + 1 }
        : { ...at, querySet: newVersion };
    const updated = modifications.map(({ queryId }) => ({
      type: "QueryUpdated",
      queryId,
      value: { state: state() },
      logLines: [],
      journal: null,
    }));
    const told = { type: "Transition", startVersion, endVersion: at, modifications: updated };
    socket.send(JSON.stringify(told));
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

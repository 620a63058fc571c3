import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentityDoor } from "@/auth/embedded/door";
import type { Mail } from "@/auth/embedded/mails";
import { openEmbeddedIdentity } from "@/auth/embedded/server";
import type { IdentityEvent } from "@/auth/identity-events";
import type { SignUpPolicy } from "@/lib/env";
import type { SignInProvider } from "@/lib/sign-in-providers";
import { createClientAddressReader } from "../client-address";
import { createDispatch } from "../dispatch";
import { readOrMakeSecret } from "../secrets";

export const RIG_SECRET = "a secret for tests, of more than 32 letters";

/** The real identity service on a real file, behind the real dispatcher on a real port. */
export async function openRig(options: RigOptions = {}) {
  const { signUp = "open", rateLimitFactor = 1000, trustedProxies = [], folder } = options;
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), "parley-identity-"));
  const publicUrl = options.publicUrl ?? "http://localhost:3999";
  const events: IdentityEvent[] = [];
  const troubles: string[] = [];
  const mails: Mail[] = [];
  const identity = await openEmbeddedIdentity({
    databasePath: join(dataDir, "identity.sqlite"),
    secret: options.secret === "folder" ? readOrMakeSecret(dataDir, "identity") : RIG_SECRET,
    publicUrl,
    rateLimitFactor,
    sendMail: options.sendsMail ? async (mail) => void mails.push(mail) : null,
    providers: options.providers ?? [],
    onEvent: (event) => events.push(event),
    log: (_level, message) => troubles.push(message),
  });
  const answerIdentity = createIdentityDoor({
    identity,
    publicUrl,
    signUp,
    ownerToken: options.ownerToken ?? null,
    readFigures: async () => ({ storedBytes: 1, connections: 2, startedAt: 3 }),
    rateLimitFactor,
    now: Date.now,
    log: (_level, message) => troubles.push(message),
  });
  const dispatch = createDispatch({
    findEngine: () => null,
    answerIdentity: options.isClosed ? null : answerIdentity,
    pages: {
      handleRequest: async (_request, response) => void response.writeHead(404).end(),
      handleUpgrade: null,
    },
    clientAddress: createClientAddressReader(trustedProxies),
    isHttps: publicUrl.startsWith("https:"),
    log: (_level, message) => troubles.push(message),
  });
  const server = createServer(dispatch.handleRequest);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    identity,
    events,
    mails,
    troubles,
    dataDir,
    url: `http://127.0.0.1:${port}`,
    call: (path: string, init: CallOptions = {}) => call(`http://127.0.0.1:${port}`, path, init),
    async close() {
      await closeServer(server);
      identity.close();
      if (!folder) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type RigOptions = {
  signUp?: SignUpPolicy;
  rateLimitFactor?: number;
  trustedProxies?: string[];
  publicUrl?: string;
  folder?: string;
  isClosed?: boolean;
  sendsMail?: boolean;
  ownerToken?: string;
  providers?: SignInProvider[];
  /** `folder`: the one that the data folder keeps, as in the product. */
  secret?: "folder";
};
type CallOptions = { body?: unknown; headers?: Record<string, string>; cookie?: string };
export type Rig = Awaited<ReturnType<typeof openRig>>;

async function call(url: string, path: string, { body, headers, cookie }: CallOptions) {
  const response = await fetch(`${url}/api/auth/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(cookie ? { cookie } : {}),
      ...headers,
    },
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const [setCookie = ""] = response.headers.getSetCookie();
  return {
    status: response.status,
    headers: response.headers,
    json: text === "" ? null : JSON.parse(text),
    setCookie,
    cookie: setCookie.split(";")[0] ?? "",
    /** All of them, as a browser would send them back. */
    cookies: response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; "),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

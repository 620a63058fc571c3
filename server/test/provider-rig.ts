import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexClient } from "convex/browser";
import { answerClerkWebhook, createDeliveredIds } from "@/auth/clerk/webhook";
import { postIdentityEvent } from "@/auth/identity-events";
import { parseEnvironment } from "@/lib/env";
import { createClientAddressReader } from "../client-address";
import { createDispatch } from "../dispatch";
import { openServices } from "../open-services";
import { openClerkStandIn, type TokenShape, WEBHOOK_SECRET } from "./clerk-stand-in";

/** Parley without its pages, with one identity service or the other, on a real port. */

const rootDir = fileURLToPath(new URL("../..", import.meta.url));

export type Session = {
  /** A fresh token; null when the service has ended the session. */
  token: () => Promise<string | null>;
  /** Ends this session, as signing out does. */
  end: () => Promise<void>;
};

export type Account = {
  email: string;
  first: Session;
  /** Signs in on another device. */
  signIn: () => Promise<Session>;
  rename: (name: string) => Promise<void>;
  remove: () => Promise<void>;
};

/** What both services do. */
export type Provider = {
  url: string;
  logged: string[];
  enter: (name: string) => Promise<Account>;
  /** A token that is right but for these claims; null where the service would never sign it. */
  forge: ((account: Account, changes: object) => Promise<string>) | null;
  connect: (fetchToken: () => Promise<string | null>) => ConvexClient;
  close: () => Promise<void>;
};

export const PASSWORD = "correct horse battery";

export type EmbeddedProvider = Provider & {
  /** Asks the service for something in the name of a session. */
  post: (path: string, body: object, session: Session) => Promise<Response>;
};

export async function openEmbedded(): Promise<EmbeddedProvider> {
  const base = await openParley({});
  const cookies = new Map<Session, string>();
  const post = async (path: string, body: object, cookie = "") => {
    const response = await fetch(`${base.url}/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const sessionOf = (response: Response): Session => {
    const cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const session: Session = {
      async token() {
        const answer = await fetch(`${base.url}/api/auth/token`, { headers: { cookie } });
        const { token } = (await answer.json()) as { token?: string };
        return token ?? null;
      },
      end: async () => void (await post("sign-out", {}, cookie)),
    };
    cookies.set(session, cookie);
    return session;
  };
  return {
    ...base,
    post: (path, body, session) => post(path, body, cookies.get(session)),
    forge: null,
    async enter(name) {
      const email = `${name.replaceAll(" ", ".").toLowerCase()}@example.org`;
      const credentials = { email, password: PASSWORD };
      const first = sessionOf(await post("sign-up/email", { ...credentials, name }));
      const cookie = cookies.get(first) ?? "";
      return {
        email,
        first,
        signIn: async () => sessionOf(await post("sign-in/email", credentials)),
        rename: async (to) => void (await post("update-user", { name: to }, cookie)),
        remove: async () => void (await post("delete-user", { password: PASSWORD }, cookie)),
      };
    },
  };
}

export async function openClerk(shape: TokenShape): Promise<Provider> {
  const clerk = await openClerkStandIn();
  const base = await openParley({
    CLERK_PUBLISHABLE_KEY: `pk_test_${btoa(`${new URL(clerk.issuer).host}$`)}`,
    CLERK_JWT_ISSUER_DOMAIN: clerk.issuer,
    CLERK_WEBHOOK_SIGNING_SECRET: WEBHOOK_SECRET,
  });
  const webhookUrl = `${base.url}/api/webhooks/clerk`;
  const users = new Map<Account, { id: string; name: string; email: string }>();
  let sessions = 0;
  return {
    ...base,
    forge: async (account, changes) =>
      clerk.sign(users.get(account)!, { sid: "sess_forged", shape, changes }),
    async enter(name) {
      const user = { id: `user_${users.size}`, name, email: `${users.size}@example.org` };
      const tell = async (type: string, data: object) => {
        const status = await clerk.tell(webhookUrl, type, data);
        if (status !== 200) throw new Error(`${type} was answered with ${status}`);
      };
      const describe = () => {
        const [first_name, last_name] = user.name.split(" ");
        const address = { id: "idn_1", email_address: user.email };
        return {
          ...{ id: user.id, first_name, last_name, updated_at: Date.now() },
          ...{ email_addresses: [address], primary_email_address_id: "idn_1", has_image: false },
        };
      };
      let isGone = false;
      const open = (): Session => {
        const sid = `sess_${sessions++}`;
        let isOver = false;
        return {
          token: async () => (isOver || isGone ? null : clerk.sign(user, { sid, shape })),
          async end() {
            isOver = true;
            await tell("session.revoked", { object: "session", id: sid, user_id: user.id });
          },
        };
      };
      await tell("user.created", describe());
      const account: Account = {
        email: user.email,
        first: open(),
        signIn: async () => open(),
        async rename(to) {
          user.name = to;
          await tell("user.updated", describe());
        },
        async remove() {
          isGone = true;
          await tell("user.deleted", { id: user.id, object: "user", deleted: true });
        },
      };
      users.set(account, user);
      return account;
    },
    async close() {
      await base.close();
      await clerk.close();
    },
  };
}

async function openParley(env: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-provider-"));
  const logged: string[] = [];
  const log = (_level: string, message: string, facts: object = {}) =>
    void logged.push(`${message} ${JSON.stringify(facts)}`);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const common = { PORT: String(port), PARLEY_DATA: dataDir, PARLEY_RATE_LIMITS: "1000" };
  const parsed = parseEnvironment({ ...common, ...env });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const { config } = parsed;
  const clientAddress = createClientAddressReader([]);
  const services = await openServices({
    ...{ config, rootDir, dataDir, isDev: false, isSupervised: false, clientAddress, log },
    onDiskFailed: (error) => log("error", error.message),
  });
  const { identity } = config;
  const delivered = createDeliveredIds();
  const dispatch = createDispatch({
    findEngine: services.findEngine,
    answerIdentity: services.answerIdentity,
    pages: {
      // The one page that a test asks for is Clerk's webhook, wired as its route is.
      handleRequest: async (request, response) => {
        const answer = await answerClerkWebhook(await toRequest(request), {
          signingSecret: identity.kind === "clerk" ? identity.webhookSecret : null,
          deliver: async (event) =>
            services.eventsTarget
              ? postIdentityEvent(event, services.eventsTarget)
              : { kind: "unreachable", status: null },
          delivered,
        });
        await send(answer, response);
      },
      handleUpgrade: null,
    },
    clientAddress,
    isHttps: false,
    log,
  });
  server.on("request", dispatch.handleRequest);
  server.on("upgrade", dispatch.handleUpgrade);
  const url = `http://127.0.0.1:${port}`;
  const clients: ConvexClient[] = [];
  return {
    url,
    logged,
    connect(fetchToken: () => Promise<string | null>): ConvexClient {
      const client = new ConvexClient(`${url}/convex`, {
        logger: false,
        unsavedChangesWarning: false,
      });
      client.setAuth(fetchToken);
      clients.push(client);
      return client;
    },
    async close(): Promise<void> {
      await Promise.all(clients.map((client) => client.close()));
      await services.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function toRequest(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const body = Buffer.concat(chunks).toString("utf8");
  return new Request(`http://localhost${request.url}`, {
    method: "POST",
    headers: Object.fromEntries(headers),
    body,
  });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(await answer.text());
}

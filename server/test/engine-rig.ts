import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createEngine } from "@parley/engine";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/**
 * Parley's functions in the real engine on a real port, with an issuer whose tokens it believes, and
 * stock clients of both kinds.
 */

export const EVENTS_SECRET = "what the identity service and the functions share";
export const ADMIN_KEY = "parley|the key of an operator";

const ISSUER = "https://issuer.test";
const functionsDir = fileURLToPath(new URL("../../convex", import.meta.url));

export type Claims = {
  subject: string;
  name?: string;
  sid?: string;
  role?: string;
  /** Of the token, from now; negative for one that has expired. */
  lifetimeSeconds?: number;
};

export type EngineRig = Awaited<ReturnType<typeof openEngineRig>>;

export async function openEngineRig() {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "test", alg: "ES256", use: "sig" };
  const jwks = encodeURIComponent(JSON.stringify({ keys: [jwk] }));
  const logged: string[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const engine = await createEngine({
    dataDir: null,
    functionsDir,
    environmentVariables: {
      PARLEY_JWT_ISSUER: ISSUER,
      PARLEY_JWKS: `data:application/json,${jwks}`,
      PARLEY_EVENTS_SECRET: EVENTS_SECRET,
      PARLEY_RATE_LIMITS: "1000",
    },
    cloudUrl: url,
    siteUrl: `${url}/http`,
    adminKey: ADMIN_KEY,
    mountPath: "",
    log: (_level, message, facts) => logged.push(`${message} ${JSON.stringify(facts)}`),
    runsJobs: false,
  });
  server.on("request", engine.handleRequest);
  server.on("upgrade", engine.handleUpgrade);
  const open: ConvexClient[] = [];

  return {
    url,
    engine,
    /** Every line of the log. */
    logged,
    sign({
      subject,
      name = subject,
      sid = "a session",
      role = "member",
      lifetimeSeconds = 3_600,
    }: Claims): Promise<string> {
      const nowSeconds = Math.floor(Date.now() / 1000);
      return new SignJWT({ name, email: `${name}@example.org`, sid, role })
        .setProtectedHeader({ alg: "ES256", kid: "test" })
        .setIssuer(ISSUER)
        .setAudience("convex")
        .setSubject(subject)
        .setIssuedAt(nowSeconds - 7_200)
        .setExpirationTime(nowSeconds + lifetimeSeconds)
        .sign(privateKey);
    },
    http(token: string | null): ConvexHttpClient {
      const client = new ConvexHttpClient(url, { logger: false });
      if (token !== null) client.setAuth(token);
      return client;
    },
    socket(token: string | null): ConvexClient {
      const client = new ConvexClient(url, { logger: false, unsavedChangesWarning: false });
      if (token !== null) client.setAuth(async () => token);
      open.push(client);
      return client;
    },
    /** Reports an identity event as the identity service does. */
    async tell(event: object): Promise<void> {
      const response = await fetch(`${url}/http/identity-events`, {
        method: "POST",
        headers: { authorization: `Bearer ${EVENTS_SECRET}` },
        body: JSON.stringify(event),
      });
      if (!response.ok) throw new Error(`The event was not taken: ${await response.text()}`);
    },
    /** When the newest change was made; the same as long as nothing is written. */
    async latestChange(): Promise<string> {
      const response = await fetch(`${url}/api/query_ts`, { method: "POST" });
      return ((await response.json()) as { ts: string }).ts;
    },
    async close(): Promise<void> {
      await Promise.all(open.map((client) => client.close()));
      await engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

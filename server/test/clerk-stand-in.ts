import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Webhook } from "standardwebhooks";

/**
 * A service on this machine that speaks as Clerk does: it publishes its keys by OpenID discovery,
 * signs tokens of Clerk's two shapes, and signs webhooks with Clerk's scheme. It is not Clerk.
 */

export const WEBHOOK_SECRET = `whsec_${Buffer.from("a secret of twenty-four!").toString("base64")}`;

/** The `convex` template carries the profile; a session token carries what its settings add. */
export type TokenShape = "template" | "session";

export type ClerkUser = { id: string; name: string; email: string };
export type ClerkStandIn = Awaited<ReturnType<typeof openClerkStandIn>>;

export async function openClerkStandIn() {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = "ins_2stand";
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
  const server = createServer((request, response) => {
    const answers: Record<string, unknown> = {
      "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` },
      "/.well-known/jwks.json": { keys: [jwk] },
    };
    const answer = answers[request.url ?? ""];
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let messages = 0;

  return {
    issuer,
    sign(
      user: ClerkUser,
      { sid, shape, changes = {} }: { sid: string; shape: TokenShape; changes?: object },
    ): Promise<string> {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const [given_name, family_name] = user.name.split(" ");
      const shared = {
        ...{ iss: issuer, sub: user.id, aud: "convex", azp: "http://localhost:3000", sid },
        ...{
          iat: nowSeconds,
          nbf: nowSeconds - 10,
          exp: nowSeconds + 60,
          jti: crypto.randomUUID(),
        },
      };
      const profile = { name: user.name, email: user.email };
      const claims =
        shape === "template"
          ? { ...shared, ...profile, given_name, family_name, email_verified: true }
          : { ...shared, ...profile, v: 2, fva: [0, -1], sts: "active", pla: "u:free" };
      return new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: "RS256", kid, typ: "JWT", cat: "cl_B7d4PD111AAA" })
        .sign(privateKey);
    },
    /** Tells of something as Clerk's webhook does. */
    async tell(webhookUrl: string, type: string, data: object): Promise<number> {
      const body = JSON.stringify({ type, data, object: "event", timestamp: Date.now() });
      const [id, at] = [`msg_${messages++}`, new Date()];
      const response = await fetch(webhookUrl, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "svix-id": id,
          "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
          "svix-signature": new Webhook(WEBHOOK_SECRET).sign(id, at, body),
        },
        body,
      });
      await response.arrayBuffer();
      return response.status;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Whom the issuer vouches for, and how well. */
export type OidcPerson = { sub: string; email: string; name: string; email_verified: unknown };

/** What the issuer does wrong, for once. */
export type OidcFault = "wrong-nonce" | "wrong-key" | "wrong-audience" | "refuses" | null;

export type OidcStandIn = Awaited<ReturnType<typeof openOidcStandIn>>;

type Grant = { person: OidcPerson; nonce: string; challenge: string; redirectUri: string };

/**
 * An OpenID Connect issuer on this machine: discovery, keys, the code flow with PKCE and the nonce, held
 * to strictly. Its page for signing in has a button for each answer that somebody may give.
 */
export async function openOidcStandIn(client: { clientId: string; clientSecret: string }) {
  const keys = await generateKeyPair("ES256", { extractable: true });
  const strangers = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "stand", alg: "ES256", use: "sig" };
  const grants = new Map<string, Grant>();
  const state = { person: null as OidcPerson | null, fault: null as OidcFault, isDown: false };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    const json = (body: unknown, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (state.isDown) return void response.destroy();
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ["code"],
          id_token_signing_alg_values_supported: ["ES256"],
        });
      case "/keys":
        return json({ keys: [jwk] });
      case "/authorize": {
        response.writeHead(200, { "content-type": "text/html" });
        return void response.end(`<title>Issuer</title><h1>Who are you?</h1>
          <p><a href="${quoted(`${issuer}/allow${url.search}`)}">Allow</a></p>
          <p><a href="${quoted(`${issuer}/deny${url.search}`)}">Deny</a></p>`);
      }
      case "/allow":
      case "/deny": {
        const asked = url.searchParams;
        const back = new URL(asked.get("redirect_uri") ?? "");
        back.searchParams.set("state", asked.get("state") ?? "");
        if (url.pathname === "/deny" || !state.person) {
          back.searchParams.set("error", "access_denied");
          back.searchParams.set("error_description", "<b>Not for your eyes</b>");
        } else {
          if (asked.get("client_id") !== client.clientId) return json({}, 400);
          if (asked.get("code_challenge_method") !== "S256") return json({}, 400);
          const code = randomBytes(12).toString("hex");
          grants.set(code, {
            person: state.person,
            nonce: asked.get("nonce") ?? "",
            challenge: asked.get("code_challenge") ?? "",
            redirectUri: asked.get("redirect_uri") ?? "",
          });
          back.searchParams.set("code", code);
        }
        response.writeHead(302, { location: back.href });
        return void response.end();
      }
      case "/token":
        return json(...(await exchange(request)));
      default:
        return json({}, 404);
    }
  }

  async function exchange(request: IncomingMessage): Promise<[unknown, number]> {
    const fields = new URLSearchParams(await readText(request));
    const code = fields.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code);
    const basic = Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64").toString();
    const secret = fields.get("client_secret") ?? basic.split(":")[1];
    const challenge = createHash("sha256")
      .update(fields.get("code_verifier") ?? "")
      .digest("base64url");
    const isGood =
      grant &&
      secret === client.clientSecret &&
      challenge === grant.challenge &&
      fields.get("redirect_uri") === grant.redirectUri;
    if (!isGood || state.fault === "refuses") return [{ error: "invalid_grant" }, 400];
    const idToken = await new SignJWT({
      ...grant.person,
      nonce: state.fault === "wrong-nonce" ? "another" : grant.nonce,
    })
      .setProtectedHeader({ alg: "ES256", kid: "stand" })
      .setIssuer(issuer)
      .setAudience(state.fault === "wrong-audience" ? "another" : client.clientId)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(state.fault === "wrong-key" ? strangers.privateKey : keys.privateKey);
    return [{ access_token: "at", token_type: "Bearer", expires_in: 300, id_token: idToken }, 200];
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    /** Who signs in there next, what goes wrong, whether it answers at all. */
    state,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const quoted = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

import { createHmac } from "node:crypto";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { type AuthProvider, parseAuthConfig } from "./auth-config.ts";
import { AuthenticationError, createTokenVerifier } from "./token-verifier.ts";

const NOW_S = 1_800_000_000;
const ISSUER = "https://id.example.com";
const KEYS_URL = `${ISSUER}/jwks`;

let key: CryptoKey;
let publicJwk: JWK;
let publicPem: string;
let otherKey: CryptoKey;
let rsaKey: CryptoKey;
let rsaJwk: JWK;

beforeAll(async () => {
  const pair = await generateKeyPair("ES256");
  key = pair.privateKey;
  publicJwk = { ...(await exportJWK(pair.publicKey)), kid: "k1" };
  publicPem = await exportSPKI(pair.publicKey);
  otherKey = (await generateKeyPair("ES256")).privateKey;
  const rsa = await generateKeyPair("RS256");
  rsaKey = rsa.privateKey;
  rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: "r1" };
});

interface TokenParts {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  key: CryptoKey;
}

function goodParts(): TokenParts {
  return {
    header: { alg: "ES256", kid: "k1" },
    claims: { iss: ISSUER, sub: "u1", aud: "convex", iat: NOW_S, exp: NOW_S + 300, name: "Ada" },
    key,
  };
}

function sign({ header, claims, key }: TokenParts): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header as { alg: string }).sign(key);
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An issuer whose answers, clock and failures the test decides. */
class World {
  nowMs = NOW_S * 1000;
  fetched: string[] = [];
  logged: unknown[] = [];
  answers = new Map<string, () => Response | Promise<Response>>([
    [KEYS_URL, () => Response.json({ keys: [publicJwk] })],
  ]);

  verifier(providers: readonly AuthProvider[] = parseAuthConfig({ providers: [CUSTOM] })) {
    return createTokenVerifier({
      providers,
      now: () => this.nowMs,
      log: (level, message, facts) => this.logged.push({ level, message, ...facts }),
      fetch: async (url) => {
        this.fetched.push(String(url));
        const answer = this.answers.get(String(url));
        if (answer === undefined) throw new Error("the network is down");
        return answer();
      },
    });
  }
}

const CUSTOM = {
  type: "customJwt",
  issuer: ISSUER,
  jwks: KEYS_URL,
  algorithm: "ES256",
  applicationID: "convex",
};

async function refusal(verification: Promise<unknown>): Promise<AuthenticationError> {
  try {
    await verification;
  } catch (error) {
    expect(error).toBeInstanceOf(AuthenticationError);
    return error as AuthenticationError;
  }
  throw new Error("the token was accepted");
}

describe("a token of a custom issuer", () => {
  test("[ID3] is accepted, and says whom it names", async () => {
    const token = await sign(goodParts());
    expect(await new World().verifier().verify(token)).toEqual({
      identity: { issuer: ISSUER, name: "Ada", subject: "u1", tokenIdentifier: `${ISSUER}|u1` },
      tokenIdentifier: `${ISSUER}|u1`,
      expiresAtMs: (NOW_S + 300) * 1000,
      token,
    });
  });

  test.each<[string, (parts: TokenParts) => void, string]>([
    ["from another issuer", (t) => (t.claims.iss = "https://evil.example.com"), "`iss`"],
    ["without an issuer", (t) => delete t.claims.iss, "`iss`"],
    ["with a list of issuers", (t) => (t.claims.iss = [ISSUER]), "`iss`"],
    ["for another audience", (t) => (t.claims.aud = "shop"), "`aud`"],
    ["for no audience", (t) => delete t.claims.aud, "`aud`"],
    ["for an audience that is a number", (t) => (t.claims.aud = 1), "`aud`"],
    ["that has expired", (t) => (t.claims.exp = NOW_S - 6), "`exp`"],
    ["that never expires", (t) => delete t.claims.exp, "`exp`"],
    ["that expires at a text", (t) => (t.claims.exp = "never"), "`exp`"],
    ["that is not valid yet", (t) => (t.claims.nbf = NOW_S + 60), "`nbf`"],
    ["from the future", (t) => (t.claims.iat = NOW_S + 60), "`iat`"],
    ["without a subject", (t) => delete t.claims.sub, "`sub`"],
    ["with an empty subject", (t) => (t.claims.sub = ""), "`sub`"],
    ["with a subject that is a number", (t) => (t.claims.sub = 1), "`sub`"],
    ["that names no key", (t) => delete t.header.kid, "`kid`"],
    ["that names an unknown key", (t) => (t.header.kid = "k2"), "`kid`"],
    ["that names a path", (t) => (t.header.kid = "../../dev/null"), "`kid`"],
    ["signed with another key", (t) => (t.key = otherKey), "signature"],
  ])("[ID4] %s is refused, and the log names the reason", async (_name, change, reason) => {
    const world = new World();
    const parts = goodParts();
    change(parts);
    const token = await sign(parts);
    const error = await refusal(world.verifier().verify(token));
    expect(error.message).toContain(reason);
    expect(world.logged).toEqual([
      { level: "warn", message: "A token was refused.", code: error.code, reason: error.message },
    ]);
    expect(JSON.stringify(world.logged)).not.toContain(token.slice(0, 20));
  });

  test.each<[string, (parts: TokenParts) => void]>([
    ["expired within the leeway", (t) => (t.claims.exp = NOW_S - 3)],
    ["issued by a clock slightly ahead", (t) => (t.claims.iat = NOW_S + 3)],
    ["for several audiences", (t) => (t.claims.aud = ["shop", "convex"])],
    ["without iat", (t) => delete t.claims.iat],
  ])("[ID4] %s is accepted", async (_name, change) => {
    const parts = goodParts();
    change(parts);
    const verified = await new World().verifier().verify(await sign(parts));
    expect(verified.tokenIdentifier).toBe(`${ISSUER}|u1`);
  });

  test.each<[string, (good: string) => string]>([
    ["unsigned", (t) => `${base64url({ alg: "none", kid: "k1" })}.${t.split(".")[1]}.`],
    ["unsigned, with a signature", (t) => `${base64url({ alg: "none" })}.${t.split(".")[1]}.AA`],
    ["signed with the public key as a secret", hmacWithPublicKey],
    ["with its payload changed", changePayload],
    ["with its signature cut", (t) => t.slice(0, -4)],
    ["with a part too many", (t) => `${t}.AA`],
    ["of one megabyte", (t) => `${t}${"A".repeat(1024 * 1024)}`],
    ["of nothing", () => ""],
    ["of dots", () => ".."],
    ["of garbage", () => "\u0000\ud800.😀.💥"],
    ["with a payload that is a list", (t) => `${t.split(".")[0]}.${base64url([])}.AA`],
    ["with a bottomless payload", (t) => `${t.split(".")[0]}.${bottomless()}.AA`],
  ])("[ID5] a token %s is refused", async (_name, forge) => {
    const verifier = new World().verifier();
    const good = await sign(goodParts());
    expect((await verifier.verify(good)).tokenIdentifier).toBe(`${ISSUER}|u1`);
    expect((await refusal(verifier.verify(forge(good)))).code).toBe("InvalidAuthHeader");
  });

  test("[ID5] a key inside the token, or an address of one, is not looked at", async () => {
    const world = new World();
    const evil = await generateKeyPair("ES256");
    const parts = goodParts();
    parts.key = evil.privateKey;
    parts.header.jwk = await exportJWK(evil.publicKey);
    parts.header.jku = "https://evil.example.com/jwks";
    parts.header.x5u = "https://evil.example.com/cert";
    expect((await refusal(world.verifier().verify(await sign(parts)))).message).toContain(
      "signature",
    );
    expect(world.fetched).toEqual([KEYS_URL]);
  });

  test("[ID3] without providers every token is refused, and the text says so", async () => {
    const error = await refusal(new World().verifier([]).verify(await sign(goodParts())));
    expect(error.code).toBe("NoAuthProvider");
    expect(error.message).toContain("Configured: none.");
  });

  function hmacWithPublicKey(good: string): string {
    const body = `${base64url({ alg: "HS256", kid: "k1" })}.${good.split(".")[1]}`;
    return `${body}.${createHmac("sha256", publicPem).update(body).digest("base64url")}`;
  }

  function changePayload(good: string): string {
    const [header, payload, signature] = good.split(".");
    const claims = JSON.parse(Buffer.from(payload!, "base64url").toString());
    return `${header}.${base64url({ ...claims, sub: "admin" })}.${signature}`;
  }

  function bottomless(): string {
    return Buffer.from(`{"a":${"[".repeat(20_000)}`).toString("base64url");
  }
});

describe("keys", () => {
  async function accepted(world: World, verifier = world.verifier()): Promise<boolean> {
    return verifier.verify(await sign(goodParts())).then(
      () => true,
      () => false,
    );
  }

  test("[ID6] are fetched once for ten minutes", async () => {
    const world = new World();
    const verifier = world.verifier();
    await Promise.all([accepted(world, verifier), accepted(world, verifier)]);
    world.nowMs += 5 * 60_000 - 1;
    expect(await accepted(world, verifier)).toBe(true);
    expect(world.fetched.length).toBe(1);
  });

  test("[ID6] unknown key ids look again at most every 30 s", async () => {
    const world = new World();
    const verifier = world.verifier();
    const unknown = async (kid: string) => {
      const parts = goodParts();
      parts.header.kid = kid;
      await refusal(verifier.verify(await sign(parts)));
    };
    expect(await accepted(world, verifier)).toBe(true);
    for (const kid of ["a", "b", "c"]) await unknown(kid);
    expect(world.fetched.length).toBe(1);
    world.nowMs += 30_000;
    for (const kid of ["a", "b", "c"]) await unknown(kid);
    expect(world.fetched.length).toBe(2);
  });

  test("[ID6] a rotated key is found after the pause", async () => {
    const world = new World();
    const verifier = world.verifier();
    expect(await accepted(world, verifier)).toBe(true);
    const next = await generateKeyPair("ES256");
    const jwk = { ...(await exportJWK(next.publicKey)), kid: "k2" };
    world.answers.set(KEYS_URL, () => Response.json({ keys: [publicJwk, jwk] }));
    world.nowMs += 30_000;
    const parts = goodParts();
    parts.header.kid = "k2";
    parts.key = next.privateKey;
    expect((await verifier.verify(await sign(parts))).tokenIdentifier).toBe(`${ISSUER}|u1`);
  });

  test("[ID6] the last good keys stay while the issuer is down, but not for ever", async () => {
    const world = new World();
    const verifier = world.verifier();
    expect(await accepted(world, verifier)).toBe(true);
    world.answers.clear();
    const later = async (ms: number) => {
      world.nowMs = NOW_S * 1000 + ms;
      const parts = goodParts();
      parts.claims = { ...parts.claims, iat: world.nowMs / 1000, exp: world.nowMs / 1000 + 60 };
      return verifier.verify(await sign(parts));
    };
    expect((await later(3600_000)).tokenIdentifier).toBe(`${ISSUER}|u1`);
    expect((await refusal(later(25 * 3600_000))).code).toBe("AuthProviderDiscoveryFailed");
  });

  test.each<[string, () => Response]>([
    ["an error", () => new Response("no", { status: 500 })],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["no JSON", () => new Response("{", { headers: { "content-type": "application/json" } })],
    ["no key set", () => Response.json([])],
    ["two megabytes", () => Response.json({ keys: ["x".repeat(2 * 1024 * 1024)] })],
  ])("[ID6] an issuer that answers with %s has no keys", async (_name, answer) => {
    const world = new World();
    expect(await accepted(world)).toBe(true);
    world.answers.set(KEYS_URL, answer);
    const error = await refusal(world.verifier().verify(await sign(goodParts())));
    expect(error.code).toBe("AuthProviderDiscoveryFailed");
  });

  test.each([
    ["base64", (text: string) => `;charset=utf-8;base64,${Buffer.from(text).toString("base64")}`],
    ["percent encoding", (text: string) => `,${encodeURIComponent(text)}`],
  ])("[ID6] may be handed over in a data URL in %s", async (_name, encode) => {
    const world = new World();
    const jwks = `data:application/json${encode(JSON.stringify({ keys: [publicJwk] }))}`;
    const verifier = world.verifier(parseAuthConfig({ providers: [{ ...CUSTOM, jwks }] }));
    expect(await accepted(world, verifier)).toBe(true);
    expect(world.fetched).toEqual([]);
  });
});

describe("a token of an OpenID Connect issuer", () => {
  const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
  const providers = parseAuthConfig({ providers: [{ domain: ISSUER, applicationID: "convex" }] });

  function world(discovered: unknown = { issuer: `${ISSUER}/`, jwks_uri: KEYS_URL }): World {
    const result = new World();
    result.answers.set(DISCOVERY, () => Response.json(discovered));
    result.answers.set(KEYS_URL, () => Response.json({ keys: [rsaJwk] }));
    return result;
  }

  function oidcParts(claims: Record<string, unknown> = {}): TokenParts {
    const parts = goodParts();
    return {
      header: { alg: "RS256", kid: "r1" },
      claims: { ...parts.claims, ...claims },
      key: rsaKey,
    };
  }

  test("[ID7] is checked with the keys that discovery leads to", async () => {
    const at = world();
    const verified = await at.verifier(providers).verify(await sign(oidcParts()));
    expect(verified.identity.subject).toBe("u1");
    expect(at.fetched).toEqual([DISCOVERY, KEYS_URL]);
  });

  test.each<[string, unknown]>([
    ["of another issuer", { issuer: "https://evil.example.com", jwks_uri: KEYS_URL }],
    ["without an address of keys", { issuer: ISSUER }],
    ["with an insecure address", { issuer: ISSUER, jwks_uri: "http://id.example.com/jwks" }],
    ["with a file", { issuer: ISSUER, jwks_uri: "file:///etc/passwd" }],
    ["that is null", null],
  ])("[ID7] a configuration %s is not believed", async (_name, discovered) => {
    const error = await refusal(
      world(discovered)
        .verifier(providers)
        .verify(await sign(oidcParts())),
    );
    expect(error.code).toBe("AuthProviderDiscoveryFailed");
  });

  test("[ID7] an algorithm that OpenID Connect issuers do not use is refused", async () => {
    const error = await refusal(
      world()
        .verifier(providers)
        .verify(await sign(goodParts())),
    );
    expect(error.message).toContain("RS256 or EdDSA");
  });

  test("[ID8] standard claims get Convex's names, others keep theirs", async () => {
    const claims = {
      given_name: "Ada",
      picture: "https://example.com/a.png",
      email: "ada@example.com",
      email_verified: true,
      address: { formatted: "London", country: "UK" },
      updated_at: 1_700_000_000,
      gender: 7,
      org: { id: 1 },
      sid: "s1",
      azp: "https://example.com",
      jti: "1",
      fva: [1, 2],
      tokenIdentifier: "somebody|else",
      subject: "admin",
    };
    const { identity } = await world()
      .verifier(providers)
      .verify(await sign(oidcParts(claims)));
    expect(identity).toEqual({
      address: "London",
      email: "ada@example.com",
      emailVerified: true,
      givenName: "Ada",
      issuer: ISSUER,
      name: "Ada",
      org: { id: 1 },
      pictureUrl: "https://example.com/a.png",
      sid: "s1",
      subject: "u1",
      tokenIdentifier: `${ISSUER}|u1`,
      updatedAt: "2023-11-14T22:13:20.000Z",
    });
  });
});

describe("the identity of a custom token", () => {
  test("[ID9] has every claim under its own name, objects flattened", async () => {
    const parts = goodParts();
    const claims = {
      picture: "p",
      org: { id: 1, roles: ["a"] },
      fva: [0],
      jti: "x",
      issuer: "evil",
    };
    parts.claims = { ...parts.claims, ...claims };
    const { identity } = await new World().verifier().verify(await sign(parts));
    expect(identity).toEqual({
      issuer: ISSUER,
      name: "Ada",
      "org.id": 1,
      "org.roles": ["a"],
      picture: "p",
      subject: "u1",
      tokenIdentifier: `${ISSUER}|u1`,
    });
  });

  test("[ID10] is the same text after a renewal", async () => {
    const verifier = new World().verifier();
    const first = goodParts();
    const second = goodParts();
    const { name, ...rest } = second.claims;
    second.claims = { name, ...rest, iat: NOW_S + 1, exp: NOW_S + 600, jti: "2" };
    const [a, b] = await Promise.all(
      [first, second].map(async (p) => verifier.verify(await sign(p))),
    );
    expect(JSON.stringify(b!.identity)).toBe(JSON.stringify(a!.identity));
    expect(b!.expiresAtMs).toBeGreaterThan(a!.expiresAtMs);
  });
});

import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterEach, describe, expect, test } from "vitest";
import { openRig, type Rig } from "./test/identity-rig";

const ADA = { name: "Ada Lovelace", email: "Ada@Example.org", password: "correct horse" };
const PLAIN_ADA = { email: "ada@example.org", name: "Ada Lovelace" };

let rig: Rig;
afterEach(() => rig.close());

describe("a person", () => {
  test("signs up, is signed in by that, and gets a token that the engine can check", async () => {
    rig = await openRig();
    const signedUp = await rig.call("sign-up/email", { body: ADA });
    expect(signedUp.status).toBe(200);
    expect(signedUp.json.user).toMatchObject(PLAIN_ADA);
    expect(signedUp.setCookie).toMatch(/^parley\.session_token=[^;]+; .*HttpOnly; SameSite=Lax/);
    expect(signedUp.setCookie).not.toMatch(/Secure/i);

    const { status, json } = await rig.call("token", { cookie: signedUp.cookie });
    expect([status, Object.keys(json)]).toEqual([200, ["token"]]);

    const uri = await rig.identity.readKeysAsDataUri();
    const keys = JSON.parse(Buffer.from(uri.split("base64,")[1] ?? "", "base64").toString());
    const served = await rig.call("jwks");
    expect(served.json).toEqual(keys);
    expect(JSON.stringify(keys)).not.toMatch(/"d":/);

    const { payload } = await jwtVerify(json.token, createLocalJWKSet(keys), {
      issuer: "http://localhost:3999",
      audience: "convex",
      algorithms: ["ES256"],
    });
    const { iat = 0, exp = 0, sid, role, ...claims } = payload;
    const issuer = { iss: "http://localhost:3999", aud: "convex" };
    expect(claims).toEqual({ ...PLAIN_ADA, ...issuer, sub: signedUp.json.user.id });
    expect(role).toBe("owner");
    expect(sid).toMatch(/^\w{20,}$/);
    expect(exp - iat).toBe(300);
    expect(decodeProtectedHeader(json.token).kid).toBe(keys.keys[0].kid);
  });

  test("signs in again, out, and is then nobody", async () => {
    rig = await openRig();
    await rig.call("sign-up/email", { body: ADA });
    const signedIn = await rig.call("sign-in/email", { body: { ...ADA, name: undefined } });
    expect(signedIn.status).toBe(200);
    expect((await rig.call("get-session", { cookie: signedIn.cookie })).json.user).toMatchObject(
      PLAIN_ADA,
    );

    expect((await rig.call("sign-out", { body: {}, cookie: signedIn.cookie })).status).toBe(200);
    const refused = await rig.call("token", { cookie: signedIn.cookie });
    expect([refused.status, refused.json.code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(refused.setCookie).toMatch(/^parley\.session_token=; Path=\/; Max-Age=0/);
  });

  test("is still there, with the same keys, when the server starts again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-identity-"));
    try {
      rig = await openRig({ folder });
      const { cookie } = await rig.call("sign-up/email", { body: ADA });
      const before = await rig.identity.readKeysAsDataUri();
      await rig.close();
      rig = await openRig({ folder });
      expect(await rig.identity.readKeysAsDataUri()).toBe(before);
      expect((await rig.call("token", { cookie })).status).toBe(200);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("is nobody else's business on this machine", async () => {
    rig = await openRig();
    await rig.call("sign-up/email", { body: ADA });
    const modes = readdirSync(rig.dataDir).map(
      (name) => statSync(join(rig.dataDir, name)).mode & 0o777,
    );
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  test("is news, once each", async () => {
    rig = await openRig();
    const { json, cookie } = await rig.call("sign-up/email", { body: ADA });
    await rig.call("sign-out", { body: {}, cookie });
    expect(rig.events).toEqual([
      {
        type: "user.created",
        user: { ...PLAIN_ADA, id: json.user.id, imageUrl: null },
        occurredAt: Date.parse(json.user.updatedAt),
      },
      {
        type: "session.revoked",
        user: { id: json.user.id, name: null, email: null, imageUrl: null },
        sessionId: expect.stringMatching(/./),
        occurredAt: expect.any(Number),
      },
    ]);
  });
});

describe("a refusal is a code and a sentence", () => {
  const refusals: [string, string, unknown, number, string][] = [
    ["a taken e-mail", "sign-up/email", { ...ADA, name: "Eve" }, 422, "USER_ALREADY_EXISTS"],
    [
      "a wrong password",
      "sign-in/email",
      { ...ADA, password: "wrong horse" },
      401,
      "INVALID_EMAIL",
    ],
    ["nobody's e-mail", "sign-in/email", { ...ADA, email: "no@a.org" }, 401, "INVALID_EMAIL"],
    ["a short password", "sign-up/email", { ...ADA, password: "seven77" }, 400, "INVALID_INPUT"],
    ["an easy one", "sign-up/email", { ...ADA, password: "password" }, 400, "INVALID_INPUT"],
    ["one's address", "sign-up/email", { ...ADA, password: ADA.email }, 400, "INVALID_INPUT"],
    ["four emoji", "sign-up/email", { ...ADA, password: "🐙🐳🦀🐠" }, 400, "INVALID_INPUT"],
    ["a long one", "sign-up/email", { ...ADA, password: "x".repeat(129) }, 400, "INVALID_INPUT"],
    ["a blank name", "sign-up/email", { ...ADA, name: " \u200b " }, 400, "INVALID_INPUT"],
    ["a filler", "sign-up/email", { ...ADA, name: "\u3164\u3164" }, 400, "INVALID_INPUT"],
    ["empty Braille", "sign-up/email", { ...ADA, name: "\u2800\u2800" }, 400, "INVALID_INPUT"],
    ["unseen marks", "sign-up/email", { ...ADA, name: "\u061c\u00ad" }, 400, "INVALID_INPUT"],
    ["tags", "sign-up/email", { ...ADA, name: "\u{e0041}\u{e0042}" }, 400, "INVALID_INPUT"],
    ["a long name", "sign-up/email", { ...ADA, name: "x".repeat(81) }, 400, "INVALID_INPUT"],
    ["no e-mail", "sign-up/email", { ...ADA, email: "ada" }, 400, "INVALID_INPUT"],
    ["other letters", "sign-up/email", { ...ADA, email: "дана@example.org" }, 400, "INVALID_INPUT"],
    ["an object", "sign-in/email", { ...ADA, email: { ne: "" } }, 400, "INVALID_INPUT"],
    ["a list", "sign-in/email", [ADA], 400, "INVALID_JSON"],
    ["no JSON", "sign-in/email", "{", 400, "INVALID_JSON"],
    ["too much", "sign-in/email", { ...ADA, more: "x".repeat(20_000) }, 413, "TOO_LARGE"],
    ["an unlisted address", "admin/set-role", { name: "x" }, 404, "NOT_FOUND"],
    ["an address of Object's", "constructor", {}, 404, "NOT_FOUND"],
    ["an encoded slash", "sign-in%2Femail", ADA, 404, "NOT_FOUND"],
  ];

  test("for each of these, and nothing else happens", async () => {
    rig = await openRig();
    await rig.call("sign-up/email", { body: ADA });
    const answers = [];
    for (const [name, path, body, , code] of refusals) {
      const { status, json, setCookie } = await rig.call(path, { body });
      expect(json.message).toMatch(/^[A-Z][^{}]+[.?]$/);
      expect(setCookie).toBe("");
      answers.push([name, status, json.code.slice(0, code.length)]);
    }
    expect(answers).toEqual(refusals.map(([name, , , status, code]) => [name, status, code]));
    expect(rig.events.map(({ type }) => type)).toEqual(["user.created"]);
  });

  test("the wrong method says which is right", async () => {
    rig = await openRig();
    const answer = await rig.call("token", { body: {} });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await rig.call("sign-in/email")).status).toBe(405);
  });

  test("twenty megabytes are not read", async () => {
    rig = await openRig();
    const body = "x".repeat(20 * 1024 * 1024);
    const refused = await rig.call("sign-in/email", { body }).then(
      ({ status }) => status,
      // The connection may be closed while the client is still sending.
      () => 413,
    );
    expect(refused).toBe(413);
    expect((await rig.call("jwks")).status).toBe(200);
  });

  test("extra fields go nowhere", async () => {
    rig = await openRig();
    const body = { ...ADA, emailVerified: true, image: "https://evil.example/x", role: "admin" };
    const { json } = await rig.call("sign-up/email", { body });
    expect(json.user).toMatchObject({ emailVerified: false, image: null });
    // The first person owns the server, whatever a body says.
    expect(json.user.role).not.toBe("admin");
  });
});

describe("who may make an account", () => {
  test("nobody but the first, who owns the server, when it is closed", async () => {
    rig = await openRig({ signUp: "closed" });
    const first = await rig.call("sign-up/email", { body: { ...ADA, email: "bo@example.org" } });
    expect(first.status).toBe(200);
    const news = [...rig.events];
    const answer = await rig.call("sign-up/email", { body: ADA });
    expect([answer.status, answer.json.code]).toEqual([403, "SIGN_UP_CLOSED"]);
    expect(rig.events).toEqual(news);
  });

  test("the first person only, when it is by invitation", async () => {
    rig = await openRig({ signUp: "invite" });
    expect((await rig.call("sign-up/email", { body: ADA })).status).toBe(200);
    const second = await rig.call("sign-up/email", { body: { ...ADA, email: "eve@a.org" } });
    expect([second.status, second.json.code]).toEqual([403, "SIGN_UP_BY_INVITE"]);
  });

  test("nobody, and nobody signs in, while another service does that", async () => {
    rig = await openRig({ isClosed: true });
    for (const path of ["sign-up/email", "sign-in/email"]) {
      const answer = await rig.call(path, { body: ADA });
      expect([answer.status, answer.json.code]).toEqual([410, "EMBEDDED_IDENTITY_CLOSED"]);
    }
    expect((await rig.call("token")).status).toBe(410);
  });
});

describe("requests from other sites", () => {
  const foreign: [string, Record<string, string>, number][] = [
    ["a foreign origin", { origin: "http://evil.example" }, 403],
    ["a sandboxed page", { origin: "null" }, 403],
    ["a page that hides its origin", { "sec-fetch-site": "cross-site" }, 403],
    ["a form", { origin: "http://localhost:3999", "content-type": "text/plain" }, 415],
  ];

  test.each(foreign)("%s changes nothing", async (_name, headers, status) => {
    rig = await openRig();
    const { cookie } = await rig.call("sign-up/email", { body: ADA });
    expect((await rig.call("sign-out", { body: {}, cookie, headers })).status).toBe(status);
    expect((await rig.call("token", { cookie })).status).toBe(200);
  });

  test("our own pages may, under every name of this machine and on the network", async () => {
    rig = await openRig();
    const { port } = new URL(rig.url);
    const origins = ["http://localhost:3999", `http://localhost:${port}`, `http://[::1]:${port}`];
    for (const origin of [...origins, rig.url]) {
      const headers = { origin, "sec-fetch-site": "same-origin" };
      expect((await rig.call("sign-out", { body: {}, headers })).status).toBe(200);
    }
  });
});

describe("haste", () => {
  const signIn = (headers: Record<string, string>, email: string) =>
    rig.call("sign-in/email", { body: { email, password: "wrong horse" }, headers });

  test("is counted per account, from wherever it comes", async () => {
    rig = await openRig({ trustedProxies: ["127.0.0.1"], rateLimitFactor: 1 });
    const statuses: number[] = [];
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      const headers = { "x-forwarded-for": `198.51.100.${attempt}` };
      statuses.push((await signIn(headers, "ada@example.org")).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const answer = await signIn({ "x-forwarded-for": "198.51.100.99" }, "ADA@example.org");
    expect(answer.json.code).toBe("RATE_LIMITED");
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    // Somebody else is not held up by it.
    expect((await signIn({ "x-forwarded-for": "198.51.100.1" }, "bo@a.org")).status).toBe(401);
  });

  test("is counted per address, and each has a bucket of its own", async () => {
    rig = await openRig({ trustedProxies: ["127.0.0.1"], rateLimitFactor: 0.1 });
    const from = (address: string, email: string) => signIn({ "x-forwarded-for": address }, email);
    const statuses = [];
    for (const name of ["a", "b", "c"]) {
      statuses.push((await from("203.0.113.1", `${name}@a.org`)).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
    expect((await from("203.0.113.2", "d@a.org")).status).toBe(401);
    expect((await from("1.2.3.4, 203.0.113.1", "e@a.org")).status).toBe(429);
  });

  test("is not forgiven to who invents forwarded addresses", async () => {
    rig = await openRig({ rateLimitFactor: 0.2 });
    const statuses = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const forged = `192.0.2.${attempt}`;
      const headers = { "x-forwarded-for": forged, "x-parley-client-address": forged };
      statuses.push((await signIn(headers, `n${attempt}@a.org`)).status);
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  });
});

test("over https the cookie is secure and bound to this host", async () => {
  rig = await openRig({ publicUrl: "https://chat.example.org" });
  const headers = { origin: "https://chat.example.org" };
  const { status, setCookie, cookie } = await rig.call("sign-up/email", { body: ADA, headers });
  expect(status).toBe(200);
  expect(setCookie).toMatch(/^__Host-parley\.session_token=/);
  expect(setCookie).toMatch(/; Path=\/;.* HttpOnly; Secure; SameSite=Lax$/);
  expect(setCookie).not.toMatch(/Domain/i);
  expect((await rig.call("token", { cookie })).status).toBe(200);
  expect((await rig.call("jwks")).headers.get("strict-transport-security")).toMatch(/max-age=/);
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SignUpPolicy } from "@/lib/env";
import { type OidcStandIn, openOidcStandIn } from "./stand-ins/oidc-stand-in";
import { openRig, type Rig } from "./test/identity-rig";

// A busy machine is slow, not wrong: hashing takes the time that there is.
vi.setConfig({ testTimeout: 30_000 });

const CLIENT = { clientId: "parley", clientSecret: "a secret between two" };
const ADA = { sub: "ada-there", email: "ada@example.org", name: "Ada", email_verified: true };
const PASSWORD = "correct horse battery";

let rig: Rig;
let there: OidcStandIn;
beforeEach(async () => {
  there = await openOidcStandIn(CLIENT);
  there.state.person = ADA;
});
afterEach(async () => {
  await rig.close();
  await there.close();
});

async function open(options: Parameters<typeof openRig>[0] = {}): Promise<void> {
  rig = await openRig({
    providers: [{ id: "oidc", name: "Team", issuer: there.issuer, ...CLIENT }],
    ...options,
  });
}

/** A browser that goes there and comes back, with whatever a test does to it on the way. */
async function travel(
  options: {
    body?: object;
    from?: string;
    cookie?: string;
    tamper?: (back: URL) => void;
    loses?: boolean;
  } = {},
) {
  const { body = {}, from = "sign-in/provider", cookie = "", tamper, loses = false } = options;
  const started = await rig.call(from, { body: { provider: "oidc", ...body }, cookie });
  if (started.status !== 200) return { status: started.status, code: started.json.code };
  const away = new URL(started.json.url);
  away.pathname = "/allow";
  const answered = await fetch(away, { redirect: "manual" });
  const back = new URL(answered.headers.get("location") ?? "");
  tamper?.(back);
  const cookies = [cookie, loses ? "" : started.cookies].filter((part) => part !== "").join("; ");
  const response = await fetch(`${rig.url}${back.pathname}${back.search}`, {
    headers: { cookie: cookies, "sec-fetch-site": "cross-site" },
    redirect: "manual",
  });
  const session = response.headers
    .getSetCookie()
    .find((line) => line.startsWith("parley.session_token=") && !/Max-Age=0/.test(line));
  return {
    status: response.status,
    to: response.headers.get("location"),
    session: session?.split(";")[0] ?? null,
  };
}

const refusedWith = (code: string) => ({
  status: 303,
  to: `/sign-in?refused=${code}`,
  session: null,
});
const whoIs = async (cookie: string | null | undefined) =>
  (await rig.call("account", { cookie: cookie ?? "" })).json;
const signUp = (email: string) =>
  rig.call("sign-up/email", { body: { name: "Ada", email, password: PASSWORD } });

describe("somebody whom an issuer vouches for", () => {
  test("gets an account, the same one again, and is the first's owner", async () => {
    await open();
    const first = await travel({ body: { redirect: "/users" } });
    expect(first).toMatchObject({ status: 303, to: "/users" });
    const account = await whoIs(first.session);
    expect(account).toMatchObject({
      ...{ name: "Ada", email: ADA.email, role: "owner", imageUrl: null },
      ...{ hasPassword: false, isEmailVerified: true, providers: ["oidc"] },
    });
    const again = await travel();
    expect(again.to).toBe("/messages");
    expect((await whoIs(again.session)).id).toBe(account.id);
    // The address there may change; the account is found by what never does.
    there.state.person = { ...ADA, email: "lovelace@example.org" };
    expect((await whoIs((await travel()).session)).id).toBe(account.id);
    expect(rig.events.filter(({ type }) => type === "user.created")).toHaveLength(1);
  });

  test("is led to pages of this site only", async () => {
    await open();
    const { to } = await travel({ body: { redirect: "//evil.example/x" } });
    expect(to).toBe("/messages");
  });

  test("has a name by our rules, and no picture that every browser would fetch elsewhere", async () => {
    await open();
    const name = `\u202e${"n".repeat(200)}`;
    there.state.person = { ...ADA, name, picture: "https://evil.example/p.png" } as never;
    const account = await whoIs((await travel()).session);
    expect([account.name, account.imageUrl]).toEqual(["n".repeat(80), null]);
  });

  test("leaves no token of the issuer here", async () => {
    await open();
    const { session } = await travel();
    const headers = new Headers({ cookie: session ?? "" });
    const [account] = await rig.identity.api.listUserAccounts({ headers });
    expect(JSON.stringify(account)).not.toMatch(/"at"|eyJ/);
  });

  test("who is suspended stays out", async () => {
    await open();
    await signUp("owner@example.org");
    const { id } = await whoIs((await travel()).session);
    expect(await rig.identity.suspend(id)).toBe(true);
    expect(await travel()).toEqual(refusedWith("ACCOUNT_SUSPENDED"));
  });

  test("can delete the account without a password, right after signing in", async () => {
    await open();
    await signUp("owner@example.org");
    const { session } = await travel();
    const deleted = await rig.call("delete-user", { body: {}, cookie: session ?? "" });
    expect(deleted.status).toBe(200);
    const owner = await rig.call("sign-in/email", {
      body: { email: "owner@example.org", password: PASSWORD },
    });
    const refused = await rig.call("delete-user", { body: {}, cookie: owner.cookie });
    expect(refused.status).toBeGreaterThanOrEqual(400);
  });
});

describe("an account that is here already", () => {
  test("is signed in to when both sides have confirmed the address", async () => {
    await open({ sendsMail: true });
    await signUp(ADA.email);
    const token = /token=(\S+)/.exec(rig.mails[0]?.text ?? "")?.[1] ?? "";
    await rig.call("verify-email", { body: { token: decodeURIComponent(token) } });
    const before = rig.identity.people.findByEmail(ADA.email)?.id;
    const account = await whoIs((await travel()).session);
    expect(account).toMatchObject({ id: before, hasPassword: true, providers: ["oidc"] });
    expect(rig.identity.auditLog.page(null).map(({ action }) => action)).toContain(
      "account.provider_added",
    );
  });

  test("is not taken over through an address that nobody here has confirmed", async () => {
    await open();
    await signUp(ADA.email);
    expect(await travel()).toEqual(refusedWith("PROVIDER_NOT_LINKED"));
  });

  test.each([false, "true", "false", undefined, 1])(
    "nor by an issuer that says %j of the address",
    async (email_verified) => {
      await open();
      there.state.person = { ...ADA, email_verified };
      expect(await travel()).toEqual(refusedWith("PROVIDER_EMAIL_UNVERIFIED"));
      expect(rig.identity.people.isEmpty()).toBe(true);
    },
  );

  test("is connected by who is signed in to it and gives its password, and disconnected", async () => {
    await open();
    const { cookie } = await signUp(ADA.email);
    const connect = (body: object) => travel({ from: "provider/connect", cookie, body });
    expect((await connect({})).status).toBe(400);
    expect((await connect({ password: "wrong horse battery" })).status).toBe(400);
    const connected = await connect({ password: PASSWORD });
    expect(connected).toMatchObject({ status: 303, to: "/settings/account" });
    const own = await whoIs(cookie);
    expect(own.providers).toEqual(["oidc"]);
    expect((await whoIs((await travel()).session)).id).toBe(own.id);
    const body = { provider: "oidc" };
    expect((await rig.call("provider/disconnect", { body, cookie })).status).toBe(200);
    expect((await whoIs(cookie)).providers).toEqual([]);
    expect(rig.identity.auditLog.page(null).map(({ action }) => action)).toEqual([
      ...["account.provider_removed", "account.provider_added"],
      ...["account.claimed_server", "account.created"],
    ]);
  });

  test("is not connected to somebody of another address, nor of another account", async () => {
    await open();
    const { cookie } = await signUp("bo@example.org");
    const body = { password: PASSWORD };
    expect(await travel({ from: "provider/connect", cookie, body })).toMatchObject({
      to: "/settings/account?refused=PROVIDER_OTHER_EMAIL",
    });
    await travel();
    there.state.person = { ...ADA, email: "bo@example.org" };
    expect(await travel({ from: "provider/connect", cookie, body })).toMatchObject({
      to: "/settings/account?refused=PROVIDER_TAKEN",
    });
  });

  test("is not connected for a person who has left this browser in between", async () => {
    await open();
    const { cookie } = await signUp(ADA.email);
    const started = await rig.call("provider/connect", {
      ...{ body: { provider: "oidc", password: PASSWORD }, cookie },
    });
    const away = new URL(started.json.url);
    away.pathname = "/allow";
    const answered = await fetch(away, { redirect: "manual" });
    const back = new URL(answered.headers.get("location") ?? "");
    const response = await fetch(`${rig.url}${back.pathname}${back.search}`, {
      ...{ headers: { cookie: started.cookies }, redirect: "manual" },
    });
    expect(response.headers.get("location")).toBe("/settings/account?refused=PROVIDER_FAILED");
    expect((await whoIs(cookie)).providers).toEqual([]);
  });

  test("with two factors is not opened by the address alone", async () => {
    await open({ sendsMail: true });
    await signUp(ADA.email);
    const token = /token=(\S+)/.exec(rig.mails[0]?.text ?? "")?.[1] ?? "";
    const { cookie } = await rig.call("verify-email", {
      body: { token: decodeURIComponent(token) },
    });
    const own = rig.identity.people.findByEmail(ADA.email);
    const enabled = await rig.call("two-factor/enable", { body: { password: PASSWORD }, cookie });
    const { createOTP } = await import("@better-auth/utils/otp");
    const { base32 } = await import("@better-auth/utils/base32");
    const secret = new URL(enabled.json.totpURI).searchParams.get("secret") ?? "";
    const code = await createOTP(new TextDecoder().decode(base32.decode(secret))).totp();
    expect((await rig.call("two-factor/confirm", { body: { code }, cookie })).status).toBe(200);
    expect(rig.identity.people.hasTwoFactor(own?.id ?? "")).toBe(true);
    expect(await travel()).toEqual(refusedWith("PROVIDER_NOT_LINKED"));
  });
});

describe("what happens on the way", () => {
  const tampered: [string, string, (back: URL) => void][] = [
    [
      "another state",
      "PROVIDER_TOO_LATE",
      (back) => back.searchParams.set("state", "x".repeat(32)),
    ],
    ["no state", "PROVIDER_TOO_LATE", (back) => back.searchParams.delete("state")],
    ["another code", "PROVIDER_FAILED", (back) => back.searchParams.set("code", "guessed")],
    [
      "another issuer",
      "PROVIDER_FAILED",
      (back) => back.searchParams.set("iss", "https://e.example"),
    ],
    ["a refusal", "PROVIDER_CANCELLED", (back) => back.searchParams.set("error", "access_denied")],
  ];
  test.each(tampered)("%s lets nobody in", async (_name, code, tamper) => {
    await open();
    expect(await travel({ tamper })).toEqual(refusedWith(code));
    expect(rig.identity.people.isEmpty()).toBe(true);
  });

  test.each(["wrong-nonce", "wrong-key", "wrong-audience", "refuses"] as const)(
    "an answer with a fault (%s) lets nobody in",
    async (fault) => {
      await open();
      there.state.fault = fault;
      expect(await travel()).toEqual(refusedWith("PROVIDER_FAILED"));
      expect(rig.identity.people.isEmpty()).toBe(true);
    },
  );

  test("a return to a browser that never left lets nobody in", async () => {
    await open();
    expect(await travel({ loses: true })).toEqual(refusedWith("PROVIDER_TOO_LATE"));
  });

  test("a return is good once", async () => {
    await open();
    let address = "";
    const first = await travel({
      tamper: (back) => {
        address = `${back.pathname}${back.search}`;
      },
    });
    expect(first.session).not.toBeNull();
    const again = await fetch(`${rig.url}${address}`, { redirect: "manual" });
    expect(again.headers.get("location")).toBe("/sign-in?refused=PROVIDER_TOO_LATE");
  });

  test("an issuer that is down says so, and is asked again", async () => {
    await open();
    there.state.isDown = true;
    expect(await travel()).toEqual({ status: 503, code: "PROVIDER_AWAY" });
    expect((await signUp("bo@example.org")).status).toBe(200);
    there.state.isDown = false;
    expect((await travel()).session).not.toBeNull();
  });

  test("a service that is not configured does not exist", async () => {
    await open();
    expect(await travel({ body: { provider: "github" } })).toEqual({
      ...{ status: 404, code: "NOT_FOUND" },
    });
    expect(await travel({ body: { provider: "credential" } })).toMatchObject({ status: 400 });
  });
});

describe("who may make an account", () => {
  const enter = async (signUpPolicy: SignUpPolicy, body: object = {}) => {
    await open({ signUp: signUpPolicy, ownerToken: "the owner's token" });
    return travel({ body });
  };

  test("nobody where sign-up is closed, and who has one comes in", async () => {
    expect(await enter("closed")).toEqual(refusedWith("SIGN_UP_CLOSED"));
    await rig.close();
    const owned = await enter("closed", { ownerToken: "the owner's token" });
    expect((await whoIs(owned.session)).role).toBe("owner");
    expect((await travel()).session).not.toBeNull();
  });

  test("who has an invitation, which counts once however often they sign in", async () => {
    expect(await enter("invite")).toEqual(refusedWith("SIGN_UP_BY_INVITE"));
    const { token } = rig.identity.invitations.create({
      ...{ createdBy: "operator", usesMax: 1, lifetimeMs: 60_000 },
    });
    const body = { invitation: token };
    there.state.person = { ...ADA, email_verified: false };
    expect(await travel({ body })).toEqual(refusedWith("PROVIDER_EMAIL_UNVERIFIED"));
    there.state.person = ADA;
    expect((await travel({ body })).session).not.toBeNull();
    expect((await travel()).session).not.toBeNull();
    there.state.person = { ...ADA, sub: "bo", email: "bo@example.org" };
    expect(await travel({ body })).toEqual(refusedWith("INVITATION_USELESS"));
    expect(rig.identity.people.findByEmail(ADA.email)?.role).toBe("member");
  });
});

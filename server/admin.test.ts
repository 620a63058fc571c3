import { base32 } from "@better-auth/utils/base32";
import { createOTP } from "@better-auth/utils/otp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identityPaths } from "@/auth/embedded/door";
import { openRig, type Rig } from "./test/identity-rig";

const PASSWORD = "correct horse";

let rig: Rig;
let owner: string;
let member: string;
let memberId: string;
beforeEach(async () => {
  rig = await openRig();
  owner = await signUp("ada");
  member = await signUp("bo");
  memberId = (await get("account", member)).json.id;
});
afterEach(async () => {
  expect(rig.troubles).toEqual([]);
  await rig.close();
});

const get = (path: string, cookie: string) => rig.call(path, { cookie });
const post = (path: string, body: unknown, cookie: string) => rig.call(path, { body, cookie });
const answer = async (call: ReturnType<typeof post>) => {
  const { status, json } = await call;
  return [status, json.code ?? null];
};

function bodyOf(name: string) {
  return { name, email: `${name}@example.org`, password: PASSWORD };
}

async function signUp(name: string, extra: object = {}): Promise<string> {
  return (await rig.call("sign-up/email", { body: { ...bodyOf(name), ...extra } })).cookie;
}

const QUESTIONS = ["admin/people", "admin/invitations", "admin/audit", "admin/figures"];
const ACTS: Array<[string, object]> = [
  ["admin/suspend", {}],
  ["admin/restore", {}],
  ["admin/delete-person", {}],
  ["admin/reset-link", {}],
  ["admin/two-factor-off", {}],
  ["admin/role", { role: "admin" }],
  ["admin/invite", { usesMax: 1, days: 1 }],
  ["admin/revoke-invitation", { id: "x" }],
];

describe("the server's rooms", () => {
  test("are not there for anybody but owners and admins", async () => {
    for (const path of QUESTIONS) {
      expect(await answer(get(path, member))).toEqual([404, "NOT_FOUND"]);
      expect(await answer(get(path, ""))).toEqual([401, "UNAUTHENTICATED"]);
      expect((await get(path, owner)).status).toBe(200);
    }
    for (const [path, body] of ACTS) {
      const asked = { userId: memberId, ...body };
      expect(await answer(post(path, asked, member))).toEqual([404, "NOT_FOUND"]);
      expect(await answer(post(path, asked, ""))).toEqual([401, "UNAUTHENTICATED"]);
    }
    expect(
      (await get("admin/audit", owner)).json.map(({ action }: { action: string }) => action),
    ).toEqual(["account.created", "account.claimed_server", "account.created"]);
    // Namesakes are told apart by their addresses.
    expect((await get("admin/audit", owner)).json[0]).toMatchObject({
      ...{ actorName: "bo", actorEmail: "bo@example.org", subjectEmail: "bo@example.org" },
    });
  });

  test("turn off a second factor that is lost, and end the sessions of whose it was", async () => {
    const { json } = await post("two-factor/enable", { password: PASSWORD }, member);
    const secret = new URL(json.totpURI).searchParams.get("secret") ?? "";
    const otp = createOTP(new TextDecoder().decode(base32.decode(secret)));
    const confirmed = await post("two-factor/confirm", { code: await otp.totp() }, member);
    const listed = async () => (await get("admin/people?search=bo", owner)).json.people[0];
    expect(await listed()).toMatchObject({ hasTwoFactor: true });
    expect((await post("admin/two-factor-off", { userId: memberId }, owner)).status).toBe(200);
    expect(await listed()).toMatchObject({ hasTwoFactor: false });
    expect((await get("token", confirmed.cookie || member)).status).toBe(401);
    const [newest] = (await get("admin/audit", owner)).json;
    expect(newest).toMatchObject({ action: "account.two_factor_removed", actorName: "ada" });
    const signedIn = await rig.call("sign-in/email", { body: bodyOf("bo") });
    expect(signedIn.json.token).toEqual(expect.any(String));
  });

  test("list people, found by name and address, with what an operator needs", async () => {
    const { json } = await get("admin/people?search=BO", owner);
    expect(json).toEqual({
      total: 1,
      people: [
        {
          ...{ id: memberId, name: "bo", email: "bo@example.org", imageUrl: null, role: "member" },
          ...{
            isSuspended: false,
            hasTwoFactor: false,
            createdAt: expect.any(Number),
            lastSessionAt: expect.any(Number),
          },
        },
      ],
    });
    expect(json.people[0].createdAt).toBeGreaterThan(1.7e12);
    expect((await get("admin/people?search=%25", owner)).json.total).toBe(0);
    expect((await get("admin/people?offset=-1", owner)).status).toBe(400);
    expect((await get("admin/figures", owner)).json).toEqual({
      ...{ storedBytes: 1, connections: 2, startedAt: 3 },
    });
  });
});

describe("the library's other addresses", () => {
  test("do not exist, whoever asks", async () => {
    const endpoints = Object.values(rig.identity.api) as Array<{
      path?: string;
      options: { method: string | string[] };
    }>;
    let closed = 0;
    for (const { path = "", options } of endpoints) {
      const address = path.slice(1);
      if (path === "" || identityPaths.includes(address)) continue;
      closed += 1;
      const isQuestion = [options.method].flat().includes("GET");
      const body = { userId: memberId, role: "owner", emailVerified: true };
      const asked = isQuestion ? get(address, owner) : post(address, body, owner);
      expect([address, ...(await answer(asked))]).toEqual([address, 404, "NOT_FOUND"]);
    }
    expect(closed).toBeGreaterThan(10);
  });

  test("and ours do nothing for nobody, but what the way in and out is", async () => {
    const open = ["sign-out", "jwks", "get-session", "passkey/generate-authenticate-options"];
    for (const path of identityPaths) {
      const asked = rig.call(path, { body: { userId: memberId, role: "owner" } });
      const { status } = await asked;
      const isAnswered = (status === 405 ? await rig.call(path) : await asked).status < 400;
      expect([path, isAnswered]).toEqual([path, open.includes(path)]);
    }
    expect((await get("account", member)).json.role).toBe("member");
  });
});

describe("an account", () => {
  test("is suspended at once and everywhere, and comes back", async () => {
    expect((await post("admin/suspend", { userId: memberId }, owner)).status).toBe(200);
    expect((await get("token", member)).status).toBe(401);
    expect(await answer(rig.call("sign-in/email", { body: bodyOf("bo") }))).toEqual([
      ...[403, "ACCOUNT_SUSPENDED"],
    ]);
    const types = rig.events.map(({ type }) => type);
    expect(types.slice(types.indexOf("user.suspended"))).toContain("session.revoked");
    await post("admin/restore", { userId: memberId }, owner);
    expect((await rig.call("sign-in/email", { body: bodyOf("bo") })).status).toBe(200);
    expect(rig.events.map(({ type }) => type)).toContain("user.restored");
  });

  test("is deleted", async () => {
    const { json } = await post("admin/reset-link", { userId: memberId }, owner);
    const token = new URL(json.link).searchParams.get("token");
    await post("admin/delete-person", { userId: memberId }, owner);
    expect((await rig.call("sign-in/email", { body: bodyOf("bo") })).status).toBe(401);
    expect((await get("admin/people", owner)).json.total).toBe(1);
    const late = await rig.call("reset-password", {
      body: { token, newPassword: "battery staple" },
    });
    expect(late.json.code).toBe("INVALID_TOKEN");
  });

  test("gets a link for a new password", async () => {
    const { json } = await post("admin/reset-link", { userId: memberId }, owner);
    const token = new URL(json.link).searchParams.get("token");
    await rig.call("reset-password", { body: { token, newPassword: "battery staple" } });
    const body = { ...bodyOf("bo"), password: "battery staple" };
    expect((await rig.call("sign-in/email", { body })).status).toBe(200);
  });

  test("has one link at a time, which ends with the password and the address it was made for", async () => {
    const makeToken = async () => {
      const { json } = await post("admin/reset-link", { userId: memberId }, owner);
      return new URL(json.link).searchParams.get("token");
    };
    const follow = (token: string | null, newPassword: string) =>
      answer(rig.call("reset-password", { body: { token, newPassword } }));
    const [first, second, third] = [await makeToken(), await makeToken(), await makeToken()];
    expect(await follow(third, "battery staple")).toEqual([200, null]);
    for (const token of [first, second, third]) {
      expect(await follow(token, "somebody else's")).toEqual([400, "INVALID_TOKEN"]);
    }
    const signIn = async (email: string, password: string) =>
      (await rig.call("sign-in/email", { body: { email, password } })).cookie;

    const beforeAddress = await makeToken();
    let cookie = await signIn("bo@example.org", "battery staple");
    const change = { newEmail: "bob@example.org", password: "battery staple" };
    expect(await answer(post("change-email", change, cookie))).toEqual([200, null]);
    expect(await follow(beforeAddress, "somebody else's")).toEqual([400, "INVALID_TOKEN"]);

    const beforePassword = await makeToken();
    cookie = await signIn("bob@example.org", "battery staple");
    const passwords = { currentPassword: "battery staple", newPassword: "stable battery" };
    expect(await answer(post("change-password", passwords, cookie))).toEqual([200, null]);
    expect(await follow(beforePassword, "somebody else's")).toEqual([400, "INVALID_TOKEN"]);
    expect(await signIn("bob@example.org", "stable battery")).not.toBe("");

    // Somebody else's link is none of theirs.
    const ownerId = (await get("account", owner)).json.id;
    const others = await rig.identity.makeResetLink(ownerId, "ada@example.org");
    await makeToken();
    const token = new URL(others).searchParams.get("token");
    expect(await follow(token, "battery staple")).toEqual([200, null]);
    const log = rig.identity.auditLog.page(null);
    expect(log.filter(({ action }) => action === "account.password_reset")).toMatchObject([
      { actorId: ownerId, subjectId: ownerId },
      { actorId: memberId, subjectId: memberId },
    ]);
  });

  test("rises and falls, and the last owner stays one", async () => {
    const ownerId = (await get("account", owner)).json.id;
    const role = (userId: string, to: string, cookie: string) =>
      answer(post("admin/role", { userId, role: to }, cookie));
    expect(await role(ownerId, "member", owner)).toEqual([409, "LAST_OWNER"]);
    expect(await role(memberId, "admin", owner)).toEqual([200, null]);
    // The role is in its tokens, so whoever rises or falls signs in anew.
    expect((await get("token", member)).status).toBe(401);
    const admin = (await rig.call("sign-in/email", { body: bodyOf("bo") })).cookie;
    expect(await answer(post("admin/suspend", { userId: ownerId }, admin))).toEqual([
      403,
      "FORBIDDEN",
    ]);
    expect(await role(memberId, "owner", admin)).toEqual([403, "FORBIDDEN"]);
    expect(await role(memberId, "owner", owner)).toEqual([200, null]);
    expect(await role(ownerId, "member", owner)).toEqual([200, null]);
    expect(await answer(get("admin/people", owner))).toEqual([401, "UNAUTHENTICATED"]);
  });

  test("on hold owns no server: who is the last owner beside it stays one", async () => {
    const ownerId = (await get("account", owner)).json.id;
    await post("admin/role", { userId: memberId, role: "owner" }, owner);
    await post("admin/suspend", { userId: memberId }, owner);
    const stepDown = post("admin/role", { userId: ownerId, role: "member" }, owner);
    expect(await answer(stepDown)).toEqual([409, "LAST_OWNER"]);
    expect(await answer(post("delete-user", { password: PASSWORD }, owner))).toEqual([
      ...[409, "LAST_OWNER"],
    ]);
    expect((await get("account", owner)).json.isLastOwner).toBe(true);
    expect(await answer(post("admin/restore", { userId: memberId }, owner))).toEqual([200, null]);
  });

  test.each(["admin/suspend", "admin/delete-person"])(
    "of two owners who do %s to each other at the same moment one stays",
    async (path) => {
      const ownerId = (await get("account", owner)).json.id;
      await post("admin/role", { userId: memberId, role: "owner" }, owner);
      const other = (await rig.call("sign-in/email", { body: bodyOf("bo") })).cookie;
      await Promise.all([
        post(path, { userId: memberId }, owner),
        post(path, { userId: ownerId }, other),
      ]);
      const { people } = rig.identity.people.page("", 0);
      expect(
        people.filter(({ role, isSuspended }) => role === "owner" && !isSuspended),
      ).toHaveLength(1);
    },
  );

  test("leaves no entry in the log for what changes nothing", async () => {
    const ask = async (path: string, more: object = {}) =>
      expect((await post(path, { userId: memberId, ...more }, owner)).status).toBe(200);
    await ask("admin/restore");
    await ask("admin/role", { role: "member" });
    for (let time = 0; time < 2; time += 1) await ask("admin/suspend");
    expect(rig.identity.auditLog.page(null).map(({ action }) => action)).toEqual([
      ...["account.suspended", "account.created", "account.claimed_server", "account.created"],
    ]);
  });

  test("is nobody's own to suspend", async () => {
    const { id } = (await get("account", owner)).json;
    for (const path of ["admin/suspend", "admin/delete-person"]) {
      expect(await answer(post(path, { userId: id }, owner))).toEqual([409, "NOT_ON_ONESELF"]);
    }
    expect(await answer(post("admin/suspend", { userId: "nobody" }, owner))).toEqual([
      ...[404, "NO_SUCH_PERSON"],
    ]);
  });
});

describe("invitations", () => {
  beforeEach(async () => {
    await rig.close();
    rig = await openRig({ signUp: "invite" });
    owner = await signUp("ada");
  });

  test("let in as many people as they say, once each", async () => {
    const { json } = await post("admin/invite", { usesMax: 2, days: 1 }, owner);
    const invitation = new URL(json.link).searchParams.get("invitation") ?? "";
    expect(JSON.stringify((await get("admin/invitations", owner)).json)).not.toContain(invitation);
    const knock = (name: string) =>
      answer(rig.call("sign-up/email", { body: { ...bodyOf(name), invitation } }));
    expect(await knock("bo")).toEqual([200, null]);
    // An account that could not be made gives its place back.
    expect(await knock("bo")).toEqual([422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"]);
    expect(await knock("cyd")).toEqual([200, null]);
    expect(await knock("dan")).toEqual([403, "INVITATION_USELESS"]);
    expect((await get("admin/invitations", owner)).json).toMatchObject([{ uses: 2, usesMax: 2 }]);
  });

  test("of two who use the last one at the same moment let in one", async () => {
    const { json } = await post("admin/invite", { usesMax: 1, days: 1 }, owner);
    const invitation = new URL(json.link).searchParams.get("invitation");
    const answers = await Promise.all(
      ["bo", "cyd"].map((name) =>
        answer(rig.call("sign-up/email", { body: { ...bodyOf(name), invitation } })),
      ),
    );
    expect(answers.map(([status]) => status).sort()).toEqual([200, 403]);
  });

  test("are revoked", async () => {
    const { json } = await post("admin/invite", { usesMax: 5, days: 1 }, owner);
    await post("admin/revoke-invitation", { id: json.invitation.id }, owner);
    const invitation = new URL(json.link).searchParams.get("invitation");
    const body = { ...bodyOf("bo"), invitation };
    expect(await answer(rig.call("sign-up/email", { body }))).toEqual([403, "INVITATION_USELESS"]);
  });
});

describe("a server that strangers can reach", () => {
  const ownerToken = "the token that start prints";
  beforeEach(async () => {
    await rig.close();
    rig = await openRig({ ownerToken, signUp: "closed" });
  });

  test("is owned by who has the token, even if it takes no accounts", async () => {
    const first = { ...bodyOf("eve"), ownerToken: "a guess" };
    expect(await answer(rig.call("sign-up/email", { body: first }))).toEqual([
      403,
      "SIGN_UP_CLOSED",
    ]);
    const ada = await signUp("ada", { ownerToken });
    expect((await get("account", ada)).json.role).toBe("owner");
    const late = { ...bodyOf("eve"), ownerToken };
    expect(await answer(rig.call("sign-up/email", { body: late }))).toEqual([
      403,
      "SIGN_UP_CLOSED",
    ]);
  });

  test("is claimed later by somebody who signed up before", async () => {
    await rig.close();
    rig = await openRig({ ownerToken });
    const ada = await signUp("ada");
    expect((await get("account", ada)).json.role).toBe("member");
    expect(await answer(post("owner/claim", { ownerToken: "x" }, ada))).toEqual([
      ...[403, "OWNER_TOKEN_WRONG"],
    ]);
    expect((await post("owner/claim", { ownerToken }, ada)).json.role).toBe("owner");
    expect((await post("owner/claim", { ownerToken }, ada)).status).toBe(403);
  });
});

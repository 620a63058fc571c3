import { base32 } from "@better-auth/utils/base32";
import { createOTP } from "@better-auth/utils/otp";
import { createEmailVerificationToken } from "better-auth/api";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openRig, RIG_SECRET, type Rig } from "./test/identity-rig";

// A busy machine is slow, not wrong: hashing takes the time that there is.
vi.setConfig({ testTimeout: 30_000 });

const ADA = { name: "Ada Lovelace", email: "ada@example.org", password: "correct horse" };

let rig: Rig;
let cookie: string;
beforeEach(async () => {
  rig = await openRig();
  ({ cookie } = await rig.call("sign-up/email", { body: ADA }));
});
afterEach(async () => {
  // Whatever happened, the library had nothing to complain about.
  expect(rig.troubles).toEqual([]);
  await rig.close();
});

const post = (path: string, body: unknown = {}, as = cookie) =>
  rig.call(path, { body, cookie: as });
const get = (path: string, as = cookie) => rig.call(path, { cookie: as });
const signIn = (password = ADA.password) =>
  rig.call("sign-in/email", { body: { email: ADA.email, password } });
const revoked = () => rig.events.filter(({ type }) => type === "session.revoked");

describe("one's own account", () => {
  test("is described to its owner, without a secret", async () => {
    const { json } = await get("account");
    expect(json).toEqual({
      id: expect.any(String),
      name: "Ada Lovelace",
      email: "ada@example.org",
      imageUrl: null,
      role: "owner",
      createdAt: expect.any(Number),
      isEmailVerified: false,
      hasTwoFactor: false,
      providers: [],
      hasPassword: true,
      isLastOwner: true,
      canSendMail: false,
    });
    expect((await get("account", "")).json.code).toBe("UNAUTHENTICATED");
  });

  test("takes a new name, cleaned, and nothing else with it", async () => {
    const body = { name: " Ada\u202e  King ", role: "member", image: "x", emailVerified: true };
    expect((await post("update-user", body)).status).toBe(200);
    expect((await get("account")).json).toMatchObject({
      name: "Ada King",
      role: "owner",
      isEmailVerified: false,
    });
    expect(rig.events.at(-1)).toMatchObject({ type: "user.updated", user: { name: "Ada King" } });
    for (const name of [" ", "\u3164", "\u2800 \u2800", "\u061c\u00ad", "\u{e0041}\u{e0042}"]) {
      expect((await post("update-user", { name })).json.code).toBe("INVALID_INPUT");
    }
    await post("update-user", { name: `Ada${"\u0489".repeat(70)}` });
    expect((await get("account")).json.name).toBe(`Ada${"\u0489".repeat(8)}`);
  });

  test("changes its password only for who knows the old one, and ends all other sessions", async () => {
    const other = (await signIn()).cookie;
    const wrong = { currentPassword: "wrong horse", newPassword: "battery staple" };
    expect((await post("change-password", wrong)).json).toEqual({
      code: "INVALID_PASSWORD",
      message: "Your current password is not right.",
      field: "currentPassword",
    });
    const right = { ...wrong, currentPassword: ADA.password };
    for (const newPassword of ["aaaaaaaa", "ada lovelace", ADA.email]) {
      expect((await post("change-password", { ...right, newPassword })).json).toMatchObject({
        ...{ code: "INVALID_INPUT", field: "newPassword" },
      });
    }
    const changed = await post("change-password", right);
    expect(changed.status).toBe(200);
    expect((await get("token", changed.cookie)).status).toBe(200);
    expect((await get("token", other)).status).toBe(401);
    expect(revoked().length).toBeGreaterThanOrEqual(1);
    expect((await signIn()).status).toBe(401);
    expect((await signIn("battery staple")).status).toBe(200);
  });

  test("changes its address with the password, to one that is nobody's", async () => {
    await rig.call("sign-up/email", { body: { ...ADA, email: "bo@example.org" } });
    const ask = (newEmail: string, password = ADA.password) =>
      post("change-email", { newEmail, password });
    expect((await ask("new@example.org", "wrong")).status).toBe(400);
    // As at sign-up, because without mail there is nobody else who could tell.
    expect((await ask("bo@example.org")).json).toMatchObject({
      ...{ code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", field: "newEmail" },
    });
    expect((await ask("Ada@example.org")).json).toMatchObject({
      ...{ code: "SAME_EMAIL", field: "newEmail" },
    });
    expect((await get("account")).json.email).toBe("ada@example.org");
    const rows = () =>
      rig.identity.auditLog.page(null).filter(({ action }) => action === "account.email_changed");
    expect(rows()).toEqual([]);
    expect((await ask("NEW@example.org")).status).toBe(200);
    expect((await get("account")).json.email).toBe("new@example.org");
    expect(rows()).toHaveLength(1);
  });

  test("is deleted with the password, but not while it is the last owner's", async () => {
    const { cookie: bo } = await rig.call("sign-up/email", {
      body: { ...ADA, email: "bo@example.org" },
    });
    expect((await post("delete-user", { password: ADA.password })).json.code).toBe("LAST_OWNER");
    expect((await post("delete-user", { password: "wrong" }, bo)).status).toBe(400);
    expect((await post("delete-user", {}, bo)).status).toBe(400);
    expect((await post("delete-user", { password: ADA.password }, bo)).status).toBe(200);
    expect((await get("token", bo)).status).toBe(401);
    expect(rig.events.map(({ type }) => type)).toContain("user.deleted");
    // Until the functions have taken them, all news are on the disk, in their order.
    const { outbox } = rig.identity;
    const kept = [];
    for (let found = outbox.next(0); found; found = outbox.next(found.id)) kept.push(found.event);
    expect(kept).toEqual(rig.events);
  });

  test("is guessed at slowly, whichever of its doors is tried", async () => {
    await rig.close();
    rig = await openRig({ rateLimitFactor: 1 });
    ({ cookie } = await rig.call("sign-up/email", { body: ADA }));
    const statuses = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const guess = `guess ${attempt}`;
      statuses.push((await post("two-factor/enable", { password: guess })).status);
      const body = { newEmail: "new@example.org", password: guess };
      statuses.push((await post("change-email", body)).json.code);
    }
    expect(statuses.slice(-2)).toEqual([429, "RATE_LIMITED"]);
  });

  test("says that it is locked after wrong codes, and opens when an admin turns them off", async () => {
    const enabled = await post("two-factor/enable", { password: ADA.password });
    const secret = new URL(enabled.json.totpURI).searchParams.get("secret") ?? "";
    const otp = createOTP(new TextDecoder().decode(base32.decode(secret)));
    expect((await post("two-factor/confirm", { code: await otp.totp() })).status).toBe(200);
    const { id } = rig.identity.people.page("", 0).people[0] ?? { id: "" };
    let last = await signIn();
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const { cookies } = await signIn();
      last = await post("two-factor/verify-totp", { code: "000000" }, cookies);
    }
    expect(last.status).toBe(429);
    expect(last.json).toMatchObject({
      code: "ACCOUNT_TEMPORARILY_LOCKED",
      message: expect.stringContaining("15 minutes"),
    });
    expect(await rig.identity.removeTwoFactor(id)).toBe(true);
    expect(await rig.identity.removeTwoFactor(id)).toBe(false);
    const { cookie: back } = await signIn();
    expect((await get("account", back)).json.hasTwoFactor).toBe(false);
  });

  test("is guessed at slowly by who guesses all at once, too", async () => {
    await rig.close();
    rig = await openRig({ rateLimitFactor: 1 });
    ({ cookie } = await rig.call("sign-up/email", { body: ADA }));
    // Where no other test knocks: the library's counts by client address are the process's.
    const guesses = Array.from({ length: 18 }, (_, guess) =>
      post("two-factor/generate-backup-codes", { password: `guess ${guess}` }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(8);
  });
});

describe("sessions", () => {
  test("are listed without their tokens, and end one by one", async () => {
    const { cookie: phone } = await signIn();
    const { json } = await get("sessions");
    expect(json.map(({ isCurrent }: { isCurrent: boolean }) => isCurrent).sort()).toEqual([
      false,
      true,
    ]);
    expect(JSON.stringify(json)).not.toMatch(/token/i);
    const other = json.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent);
    expect((await post("sessions/end", { sessionId: other.id })).status).toBe(200);
    expect((await get("token", phone)).status).toBe(401);
    expect((await get("token")).status).toBe(200);
    expect(revoked()).toMatchObject([{ sessionId: other.id }]);
    expect((await post("sessions/end", { sessionId: other.id })).json.code).toBe("NO_SUCH_SESSION");
  });

  test("of somebody else cannot be ended", async () => {
    const bo = await rig.call("sign-up/email", { body: { ...ADA, email: "bo@example.org" } });
    const [{ id }] = (await get("sessions")).json;
    expect((await post("sessions/end", { sessionId: id }, bo.cookie)).status).toBe(404);
    expect((await get("token")).status).toBe(200);
  });

  test("end all but this one", async () => {
    const others = [(await signIn()).cookie, (await signIn()).cookie];
    expect((await post("sessions/end-others")).status).toBe(200);
    for (const other of others) expect((await get("token", other)).status).toBe(401);
    expect((await get("token")).status).toBe(200);
  });
});

describe("two factors", () => {
  async function turnOn() {
    const { json } = await post("two-factor/enable", { password: ADA.password });
    const otp = createOTP(secretOf(json.totpURI));
    const confirmed = await post("two-factor/confirm", { code: await otp.totp() });
    return { otp, backupCodes: json.backupCodes as string[], confirmed };
  }

  test("count only once a code has shown that the secret arrived", async () => {
    await post("two-factor/enable", { password: ADA.password });
    expect((await signIn()).json.token).toEqual(expect.any(String));
    expect((await post("two-factor/confirm", { code: "000000" })).status).toBe(401);
    const { confirmed } = await turnOn();
    expect(confirmed.status).toBe(200);
    const kept = confirmed.cookie || cookie;
    expect((await get("account", kept)).json.hasTwoFactor).toBe(true);
  });

  test("let nobody in with the password alone", async () => {
    const { otp, backupCodes } = await turnOn();
    const halfway = await signIn();
    expect(halfway.json).toMatchObject({ twoFactorRedirect: true });
    expect((await get("token", halfway.cookies)).status).toBe(401);
    expect((await post("two-factor/verify-totp", { code: "000000" }, halfway.cookies)).status).toBe(
      401,
    );
    const whole = await post("two-factor/verify-totp", { code: await otp.totp() }, halfway.cookies);
    expect((await get("token", whole.cookies)).status).toBe(200);

    const [code] = backupCodes;
    const again = await signIn();
    const recovered = await post("two-factor/verify-backup-code", { code }, again.cookies);
    expect((await get("token", recovered.cookies)).status).toBe(200);
    const third = await signIn();
    expect((await post("two-factor/verify-backup-code", { code }, third.cookies)).status).toBe(401);
  });

  test("are guessed at slowly", async () => {
    await rig.close();
    rig = await openRig({ rateLimitFactor: 1 });
    ({ cookie } = await rig.call("sign-up/email", { body: ADA }));
    await turnOn();
    const { cookies } = await signIn();
    const statuses = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      statuses.push((await post("two-factor/verify-totp", { code: "123123" }, cookies)).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("a forgotten password", () => {
  test("needs the operator while the server sends no mail, whoever asks", async () => {
    for (const email of [ADA.email, "nobody@example.org"]) {
      const answer = await rig.call("request-password-reset", { body: { email } });
      expect([answer.status, answer.json.code]).toEqual([409, "NO_MAIL"]);
    }
    const { json } = await get("account");
    const link = new URL(await rig.identity.makeResetLink(json.id, json.email));
    expect(link.pathname).toBe("/reset-password");
    const token = link.searchParams.get("token");
    const body = { token, newPassword: "battery staple" };
    expect((await rig.call("reset-password", { body })).status).toBe(200);
    expect((await get("token")).status).toBe(401);
    expect((await signIn("battery staple")).status).toBe(200);
    expect((await rig.call("reset-password", { body })).json.code).toBe("INVALID_TOKEN");
  });

  test("is asked for by mail, and the answer tells nobody who has an account", async () => {
    await rig.close();
    rig = await openRig({ sendsMail: true });
    await rig.call("sign-up/email", { body: ADA });
    rig.mails.length = 0;
    const answers = [];
    for (const email of [ADA.email, "nobody@example.org"]) {
      const { status, json } = await rig.call("request-password-reset", { body: { email } });
      answers.push({ status, json });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(rig.mails).toMatchObject([{ to: ADA.email, subject: "Parley: Choose a new password" }]);
    expect(rig.mails[0]?.text).toContain("http://localhost:3999/reset-password?token=");
  });
});

describe("with mail", () => {
  beforeEach(async () => {
    await rig.close();
    rig = await openRig({ sendsMail: true });
  });

  test("an account opens once its address is confirmed", async () => {
    const signedUp = await rig.call("sign-up/email", { body: ADA });
    expect([signedUp.status, signedUp.json.token, signedUp.setCookie]).toEqual([200, null, ""]);
    expect((await signIn()).json.code).toBe("EMAIL_NOT_VERIFIED");
    const token = rig.mails[0]?.text.match(/verify-email\?token=(\S+)/)?.[1] ?? "";
    const verified = await rig.call("verify-email", { body: { token: decodeURIComponent(token) } });
    expect(verified.status).toBe(200);
    expect((await get("token", verified.cookies)).status).toBe(200);
    expect(
      (await rig.call("verify-email", { body: { token: "nonsense" } })).status,
    ).toBeGreaterThan(399);
    expect((await signIn()).status).toBe(200);
  });

  test("a new address counts once it is confirmed, whoever else has it", async () => {
    const linkIn = (mail: { text: string } | undefined) =>
      decodeURIComponent(mail?.text.match(/verify-email\?token=(\S+)/)?.[1] ?? "");
    const enter = async (email: string) => {
      await rig.call("sign-up/email", { body: { ...ADA, email } });
      return rig.call("verify-email", { body: { token: linkIn(rig.mails.at(-1)) } });
    };
    await enter("bo@example.org");
    ({ cookies: cookie } = await enter(ADA.email));
    const rows = () =>
      rig.identity.auditLog.page(null).filter(({ action }) => action === "account.email_changed");
    const ask = (newEmail: string) => post("change-email", { newEmail, password: ADA.password });
    const [taken, free] = [await ask("bo@example.org"), await ask("new@example.org")];
    expect([taken.status, taken.json]).toEqual([free.status, free.json]);
    expect(rows()).toEqual([]);
    const mail = rig.mails.findLast(({ to }) => to === "new@example.org");
    expect((await post("verify-email", { token: linkIn(mail) })).status).toBe(200);
    expect((await get("account")).json.email).toBe("new@example.org");
    expect(rows()).toHaveLength(1);
  });

  test("a link that is too old opens nothing, and says so", async () => {
    await rig.call("sign-up/email", { body: ADA });
    const token = await createEmailVerificationToken(RIG_SECRET, ADA.email, undefined, -1);
    const { status, json } = await rig.call("verify-email", { body: { token } });
    expect([status, json.code]).toEqual([401, "TOKEN_EXPIRED"]);
    expect((await signIn()).json.code).toBe("EMAIL_NOT_VERIFIED");
  });

  test("what is said and mailed is in the language of the request", async () => {
    const headers = { "accept-language": "de-DE,de;q=0.9" };
    await rig.call("sign-up/email", { body: ADA, headers });
    expect(rig.mails[0]?.subject).toBe("Parley: Bestätige deine E-Mail-Adresse");
    const { json } = await rig.call("sign-in/email", { body: ADA, headers });
    expect(json).toMatchObject({
      code: "EMAIL_NOT_VERIFIED",
      message: "Bestätige zuerst deine E-Mail-Adresse: Wir haben dir einen Link geschickt.",
    });
  });

  test("signing up tells nobody that an address is known, but its owner", async () => {
    const first = await rig.call("sign-up/email", { body: ADA });
    rig.mails.length = 0;
    const second = await rig.call("sign-up/email", { body: { ...ADA, name: "Ada Lovelace" } });
    const shape = ({ status, json, setCookie }: typeof first) => [
      status,
      Object.keys(json).sort(),
      Object.keys(json.user).sort(),
      setCookie,
    ];
    expect(shape(second)).toEqual(shape(first));
    expect(rig.mails).toMatchObject([
      { to: ADA.email, subject: "Parley: You already have an account" },
    ]);
  });
});

/** What an authenticator program reads out of the picture. */
function secretOf(totpUri: string): string {
  const encoded = new URL(totpUri).searchParams.get("secret") ?? "";
  return new TextDecoder().decode(base32.decode(encoded));
}

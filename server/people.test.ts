import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runPeopleCommand, USAGE } from "./people";
import { openRig, type Rig } from "./test/identity-rig";

let folder: string;
let rig: Rig;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-people-"));
  // The command works beside the running service, on the same file.
  rig = await openRig({ folder, signUp: "invite", secret: "folder" });
});
afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runPeopleCommand({ PARLEY_DATA: folder, PARLEY_URL: "http://localhost:3999" }, args);
const signUp = (name: string, extra: object = {}) =>
  rig.call("sign-up/email", {
    body: { name, email: `${name}@example.org`, password: "correct horse", ...extra },
  });

test("an operator lists people, invites, and lets somebody back in", async () => {
  await signUp("ada");
  const invitation = new URL(await run("invite")).searchParams.get("invitation");
  expect((await signUp("bo", { invitation })).status).toBe(200);
  expect((await run("list")).split("\n")).toEqual([
    'bo@example.org  member  "bo"',
    'ada@example.org  owner  "ada"',
    "2 in all",
  ]);
  await run("make-owner", "BO@example.org");
  expect(await run("list", "bo")).toContain("bo@example.org  owner");

  const token = new URL(await run("reset-link", "ada@example.org")).searchParams.get("token");
  await rig.call("reset-password", { body: { token, newPassword: "battery staple" } });
  const body = { email: "ada@example.org", password: "battery staple" };
  expect((await rig.call("sign-in/email", { body })).status).toBe(200);
});

test("somebody is found in whatever case their name is written, outside of ASCII too", async () => {
  await signUp("ada");
  const invitation = new URL(await run("invite")).searchParams.get("invitation");
  await rig.call("sign-up/email", {
    body: { name: "Özge Ünal", email: "oz@example.org", password: "correct horse", invitation },
  });
  for (const search of ["özge", "ÖZGE ÜN", "O\u0308zge", " OZ@Example"]) {
    expect((await run("list", search)).split("\n")).toEqual([
      'oz@example.org  member  "Özge Ünal"',
      "1 in all",
    ]);
  }
});

test("a closed server takes its first person, and makes no invitation that it would refuse", async () => {
  await rig.close();
  rig = await openRig({ folder, signUp: "closed", secret: "folder" });
  expect((await signUp("ada")).status).toBe(200);
  expect((await signUp("bo")).json.code).toBe("SIGN_UP_CLOSED");
  const env = {
    ...{ PARLEY_DATA: folder, PARLEY_URL: "http://localhost:3999", PARLEY_SIGNUP: "closed" },
  };
  await expect(runPeopleCommand(env, ["invite"])).rejects.toThrow("PARLEY_SIGNUP is closed");
  expect(await run("two-factor-off", "ada@example.org")).toContain("no second factor");
});

test("an operator puts an account on hold, takes it off, and deletes it, but not the last owner's", async () => {
  await signUp("ada");
  const invitation = new URL(await run("invite")).searchParams.get("invitation");
  const { cookie } = await signUp("bo", { invitation });
  const signIn = () =>
    rig.call("sign-in/email", { body: { email: "bo@example.org", password: "correct horse" } });

  expect(await run("suspend", "bo@example.org")).toContain("on hold now");
  expect((await rig.call("token", { cookie })).status).toBe(401);
  expect((await signIn()).json.code).toBe("ACCOUNT_SUSPENDED");
  expect(await run("suspend", "bo@example.org")).toContain("already");
  expect(await run("restore", "bo@example.org")).toContain("sign in again");
  expect((await signIn()).status).toBe(200);
  await run("delete", "bo@example.org");
  expect((await signIn()).status).toBe(401);
  for (const command of ["suspend", "delete"]) {
    await expect(run(command, "ada@example.org")).rejects.toThrow("make somebody else an owner");
  }
  const rows = rig.identity.auditLog.page(null).filter(({ actorId }) => actorId === "operator");
  expect(rows.map(({ action }) => action)).toEqual([
    ...["account.deleted", "account.restored", "account.suspended", "invitation.created"],
  ]);
  // The running server finds them where its own news wait.
  const { outbox } = rig.identity;
  const news: string[] = [];
  for (let found = outbox.next(0); found; found = outbox.next(found.id))
    news.push(found.event.type);
  expect(news).toEqual(expect.arrayContaining(["user.suspended", "user.restored", "user.deleted"]));
});

test("what is not understood is one sentence", async () => {
  await signUp("ada");
  await expect(run()).rejects.toThrow(USAGE);
  await expect(run("promote")).rejects.toThrow(USAGE);
  await expect(run("reset-link")).rejects.toThrow(USAGE);
  await expect(run("reset-link", "eve@example.org")).rejects.toThrow("Nobody has an account");
  await expect(run("invite", "0")).rejects.toThrow("whole numbers");
  const elsewhere = { PARLEY_DATA: join(folder, "none") };
  await expect(runPeopleCommand(elsewhere, ["list"])).rejects.toThrow("set PARLEY_DATA");
});

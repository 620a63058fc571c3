import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identityPaths } from "@/auth/embedded/door";
import { openRig, type Rig } from "./test/identity-rig";

/** What strangers learn about who has an account, and what a body may ask for in somebody's name. */

const PASSWORD = "correct horse";
const ADA = { name: "Ada", email: "ada@example.org", password: PASSWORD };

let rig: Rig;
afterEach(() => rig.close());

type Answer = Awaited<ReturnType<Rig["call"]>>;

/** All that an answer shows, without what is new in each one and without what was asked for. */
function shapeOf({ status, headers, json, setCookie }: Answer) {
  const ownWords = (key: string, value: unknown) =>
    ["id", "email", "createdAt", "updatedAt"].includes(key) ? typeof value : value;
  const names = [...headers.keys()].filter((name) => name !== "date").sort();
  return { status, names, json: JSON.stringify(json, ownWords), isSignedIn: setCookie !== "" };
}

describe("[Z7] a stranger who tries addresses sees no difference", () => {
  beforeEach(async () => {
    rig = await openRig({ sendsMail: true });
    await rig.call("sign-up/email", { body: ADA });
  });

  test.each<[string, string, object]>([
    ["signing in", "sign-in/email", { password: "wrong horse" }],
    ["asking for a new password", "request-password-reset", {}],
    ["asking for a mail once more", "send-verification-email", {}],
    ["signing up, where there is mail", "sign-up/email", { name: "Ada", password: PASSWORD }],
  ])("at %s", async (_name, path, rest) => {
    const known = await rig.call(path, { body: { ...rest, email: ADA.email } });
    const unknown = await rig.call(path, { body: { ...rest, email: "eve@example.org" } });
    expect(shapeOf(known)).toEqual(shapeOf(unknown));
  });

  test.each(["request-password-reset", "send-verification-email"])(
    "in the time that %s takes: a timer's, and not that of the work",
    async (path) => {
      for (const email of [ADA.email, "eve@example.org"]) {
        const startedMs = performance.now();
        await rig.call(path, { body: { email } });
        expect(performance.now() - startedMs).toBeGreaterThan(240);
      }
    },
  );

  test("at signing in with the right password before the address is confirmed, without the mail", async () => {
    const before = rig.mails.length;
    const { status, setCookie } = await rig.call("sign-in/email", { body: ADA });
    expect([status, setCookie]).toEqual([403, ""]);
    expect(rig.mails.slice(before).map(({ to }) => to)).toEqual([ADA.email]);
  });
});

describe("[Z7] an address that only looks different", () => {
  test("is the same account: it is brought into one form before anything looks at it", async () => {
    rig = await openRig();
    await rig.call("sign-up/email", { body: ADA });
    for (const email of ["ada\uff20example.org", "\uff41da@example.org", " ADA@EXAMPLE.ORG "]) {
      const again = await rig.call("sign-up/email", { body: { ...ADA, email } });
      expect([again.status, again.setCookie]).toEqual([422, ""]);
      const signedIn = await rig.call("sign-in/email", { body: { ...ADA, email } });
      expect([signedIn.status, signedIn.json.user.email]).toEqual([200, ADA.email]);
    }
  });
});

describe("[Z10] a body that speaks for somebody else", () => {
  test("changes nothing of theirs, at any address, and no role of one's own", async () => {
    rig = await openRig();
    const owner = (await rig.call("sign-up/email", { body: ADA })).cookie;
    const bo = { ...ADA, name: "Bo", email: "bo@example.org" };
    const member = (await rig.call("sign-up/email", { body: bo })).cookie;
    const ownerId = (await rig.call("account", { cookie: owner })).json.id;
    const others = { userId: ownerId, id: ownerId, email: ADA.email, user: { id: ownerId } };
    const powers = { role: "owner", emailVerified: true, banned: false, suspendedAt: null };
    const before = await whatIsStored(owner);
    const statuses: Array<[string, number]> = [];
    for (const path of identityPaths) {
      if (path === "sign-out") continue;
      const body = { ...others, ...powers, name: "Bo" };
      const posted = await rig.call(path, { body, cookie: member });
      const asked =
        posted.status === 405
          ? await rig.call(`${path}?userId=${ownerId}`, { cookie: member })
          : posted;
      statuses.push([path, asked.status]);
      expect([path, JSON.stringify(asked.json ?? null).includes(ownerId)]).toEqual([path, false]);
    }
    expect(await whatIsStored(owner)).toEqual(before);
    expect(statuses.filter(([path, status]) => path.startsWith("admin/") && status < 400)).toEqual(
      [],
    );
    expect(rig.troubles).toEqual([]);
  });

  async function whatIsStored(owner: string) {
    const { people } = (await rig.call("admin/people", { cookie: owner })).json;
    return people.map(({ id, name, email, role, isSuspended }: Record<string, unknown>) => ({
      ...{ id, name, email, role, isSuspended },
    }));
  }
});

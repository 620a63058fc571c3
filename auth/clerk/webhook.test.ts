import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test } from "vitest";
import type { IdentityEvent, PostOutcome } from "../identity-events";
import { answerClerkWebhook, createDeliveredIds } from "./webhook";

const SECRET = `whsec_${Buffer.from("a secret of twenty-four!").toString("base64")}`;

const USER = {
  id: "user_2ada",
  first_name: "Ada",
  last_name: "Lovelace",
  username: null,
  image_url: "https://img.clerk.com/ada",
  has_image: true,
  primary_email_address_id: "idn_2",
  email_addresses: [
    { id: "idn_1", email_address: "old@example.org" },
    { id: "idn_2", email_address: "ada@example.org" },
  ],
  updated_at: 1_750_000_000_123,
};
const CREATED = JSON.stringify({ type: "user.created", data: USER });
const ADA_CREATED: IdentityEvent = {
  type: "user.created",
  user: {
    id: "user_2ada",
    name: "Ada Lovelace",
    email: "ada@example.org",
    imageUrl: "https://img.clerk.com/ada",
  },
  occurredAt: 1_750_000_000_123,
};

let delivered: IdentityEvent[];
let outcome: PostOutcome;
let deliveredIds: ReturnType<typeof createDeliveredIds>;

beforeEach(() => {
  delivered = [];
  outcome = { kind: "delivered" };
  deliveredIds = createDeliveredIds();
});

function sign(body: string, { id = "msg_1", at = new Date(), secret = SECRET } = {}) {
  return {
    "svix-id": id,
    "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
    "svix-signature": new Webhook(secret).sign(id, at, body),
  };
}

async function send(body: string, headers: Record<string, string>, signingSecret?: string | null) {
  const request = new Request("http://localhost/api/webhooks/clerk", {
    method: "POST",
    headers,
    body,
  });
  const answer = await answerClerkWebhook(request, {
    signingSecret: signingSecret === undefined ? SECRET : signingSecret,
    delivered: deliveredIds,
    deliver: async (event) => {
      delivered.push(event);
      return outcome;
    },
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

test("a signed message becomes one event", async () => {
  expect(await send(CREATED, sign(CREATED))).toEqual({ status: 200, body: { ok: true } });
  expect(delivered).toEqual([ADA_CREATED]);
});

test("one good signature among several is enough, as while secrets are exchanged", async () => {
  const headers = sign(CREATED);
  headers["svix-signature"] = `v1,${"A".repeat(43)}= v1a,zz ${headers["svix-signature"]}`;
  expect((await send(CREATED, headers)).status).toBe(200);
});

describe("[Z8] nothing is delivered", () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const otherSecret = `whsec_${Buffer.from("another secret, quite so").toString("base64")}`;
  const good = sign(CREATED);
  const without = (name: keyof typeof good) =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

  const cases: [string, string, Record<string, string>, number][] = [
    ["for another secret", CREATED, sign(CREATED, { secret: otherSecret }), 401],
    ["for a changed body", CREATED.replace("Ada", "Eve"), good, 401],
    ["for a body with one more space", `${CREATED} `, good, 401],
    ["for a changed id", CREATED, { ...good, "svix-id": "msg_2" }, 401],
    [
      "for a truncated signature",
      CREATED,
      { ...good, "svix-signature": good["svix-signature"].slice(0, -4) },
      401,
    ],
    ["for a signature without its value", CREATED, { ...good, "svix-signature": "v1" }, 401],
    ["for an unknown version", CREATED, { ...good, "svix-signature": "v2,AAAA" }, 401],
    ["six minutes late", CREATED, sign(CREATED, { at: minutesAgo(6) }), 401],
    ["six minutes early", CREATED, sign(CREATED, { at: minutesAgo(-6) }), 401],
    ["without a signature", CREATED, without("svix-signature"), 400],
    ["without an id", CREATED, without("svix-id"), 400],
    ["without a time", CREATED, without("svix-timestamp"), 400],
    ["for a time that is none", CREATED, { ...good, "svix-timestamp": "1e9" }, 400],
    ["for a body that is not JSON", "{", sign("{"), 401],
    ["for a user without an id", '{"type":"user.created","data":{}}', {}, 400],
  ];

  test.each(cases)("%s", async (_name, body, headers, status) => {
    const answer = await send(body, Object.keys(headers).length > 0 ? headers : sign(body));
    expect(answer.status).toBe(status);
    expect(answer.body.ok).toBe(false);
    expect(delivered).toEqual([]);
  });

  test("for a body beyond reason", async () => {
    const body = JSON.stringify({
      type: "user.created",
      data: { ...USER, x: "x".repeat(300_000) },
    });
    expect((await send(body, sign(body))).status).toBe(413);
    expect(delivered).toEqual([]);
  });

  test("while no secret is configured", async () => {
    expect((await send(CREATED, good, null)).status).toBe(503);
    expect((await send(CREATED, good, "not base64!")).status).toBe(401);
    expect(delivered).toEqual([]);
  });
});

test("[Z8] a replay is answered and not delivered again", async () => {
  const headers = sign(CREATED);
  await send(CREATED, headers);
  expect(await send(CREATED, headers)).toEqual({
    status: 200,
    body: { ok: true, duplicate: true },
  });
  expect(delivered).toHaveLength(1);
});

test("what could not be delivered is asked for again, and then delivered", async () => {
  const headers = sign(CREATED);
  outcome = { kind: "unreachable", status: null };
  expect((await send(CREATED, headers)).status).toBe(502);
  outcome = { kind: "delivered" };
  expect((await send(CREATED, headers)).status).toBe(200);
  expect(delivered).toHaveLength(2);
});

test.each([
  ['{"type":"user.deleted","data":{"id":"user_2ada"},"timestamp":5}', "user.deleted"],
  ['{"type":"session.revoked","data":{"user_id":"user_2ada"},"timestamp":5}', "session.revoked"],
])("%s names only the person: %s", async (body, type) => {
  expect((await send(body, sign(body))).status).toBe(200);
  const user = { id: "user_2ada", name: null, email: null, imageUrl: null };
  expect(delivered).toEqual([{ type, user, occurredAt: 5 }]);
});

test("a revoked session is named, so that its tokens count no longer", async () => {
  const body =
    '{"type":"session.revoked","data":{"user_id":"user_2ada","id":"sess_1"},"timestamp":5}';
  expect((await send(body, sign(body))).status).toBe(200);
  expect(delivered).toMatchObject([{ type: "session.revoked", sessionId: "sess_1" }]);
});

test("news that we did not ask for are accepted and dropped", async () => {
  const body = '{"type":"organization.created","data":{"id":"org_1"}}';
  expect((await send(body, sign(body))).status).toBe(204);
  expect(delivered).toEqual([]);
});

test("only so many ids are remembered", async () => {
  const ids = createDeliveredIds(2);
  const deliver = async (): Promise<PostOutcome> => ({ kind: "delivered" });
  const isFirst = async (id: string) => (await ids.once(id, deliver)).isFirst;
  for (const id of ["a", "b", "c"]) expect(await isFirst(id)).toBe(true);
  expect([await isFirst("c"), await isFirst("b"), await isFirst("a")]).toEqual([
    ...[false, false],
    ...[true],
  ]);
});

describe("[Z8] the same message a hundred times at once", () => {
  const all = () => Promise.all(Array.from({ length: 100 }, () => send(CREATED, sign(CREATED))));

  test("is delivered once, and each sender hears that it arrived", async () => {
    const answers = await all();
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(answers.filter(({ body }) => body.duplicate)).toHaveLength(99);
    expect(delivered).toEqual([ADA_CREATED]);
  });

  test("is asked for again by each when it did not arrive, and then delivered", async () => {
    outcome = { kind: "unreachable", status: null };
    expect((await all()).map(({ status }) => status)).toEqual(Array(100).fill(502));
    outcome = { kind: "delivered" };
    expect((await send(CREATED, sign(CREATED))).body).toEqual({ ok: true });
    expect(delivered).toHaveLength(2);
  });
});

describe("[Z8] a header that stands there twice", () => {
  const good = sign(CREATED);
  const bad = { "svix-id": "msg_9", "svix-timestamp": "1750000000", "svix-signature": "v1,AAAA" };
  const names = Object.keys(good) as Array<keyof typeof good>;

  test.each(names.flatMap((name) => [true, false].map((first) => [name, first] as const)))(
    "%s, the good one first: %s",
    async (name, isGoodFirst) => {
      const twice = isGoodFirst ? [good[name], bad[name]] : [bad[name], good[name]];
      const headers = new Headers(good);
      headers.delete(name);
      for (const value of twice) headers.append(name, value);
      const { status } = await send(CREATED, Object.fromEntries(headers));
      // Several signatures may stand in one header, and one good one is enough; the others are one each.
      if (name !== "svix-signature") expect(status).toBeGreaterThanOrEqual(400);
      expect(delivered).toHaveLength(status === 200 ? 1 : 0);
    },
  );

  test("with two bad signatures is believed no more than with one", async () => {
    const headers = new Headers(good);
    headers.set("svix-signature", bad["svix-signature"]);
    headers.append("svix-signature", bad["svix-signature"]);
    expect((await send(CREATED, Object.fromEntries(headers))).status).toBe(401);
    expect(delivered).toEqual([]);
  });
});

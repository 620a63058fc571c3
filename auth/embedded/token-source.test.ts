import { describe, expect, test } from "vitest";
import { createTokenSource, decodeClaims } from "./token-source";

function makeToken(claims: Record<string, unknown>): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "ES256" })}.${encode(claims)}.c2ln`;
}

const ADA = { sub: "ada", name: "Ada Ω", email: "ada@example.org", iat: 1_000, exp: 1_600 };
const ADA_IDENTITY = {
  status: "signed-in",
  userId: "ada",
  name: "Ada Ω",
  email: "ada@example.org",
  imageUrl: null,
  isAdmin: false,
};

type Answer = Response | "offline";

const tokenAnswer = (claims: Record<string, unknown> = ADA) =>
  Response.json({ token: makeToken(claims) });
const refusal = (status: number, headers: Record<string, string> = {}) =>
  new Response("{}", { status, headers });

/** A source whose service gives the listed answers in turn, on a clock that only the test moves. */
function openSource(answers: Answer[]) {
  const rig = { nowMs: 0, requests: 0, waits: [] as number[], isReplaced: false };
  const source = createTokenSource({
    fetch: async () => {
      rig.requests += 1;
      const answer = answers.shift();
      if (answer === undefined) throw new Error("The test gave no further answer.");
      if (answer === "offline") throw new TypeError("Failed to fetch");
      return answer;
    },
    now: () => rig.nowMs,
    random: () => 0,
    wait: async (delayMs) => void rig.waits.push(delayMs),
    onSessionReplaced: () => {
      rig.isReplaced = true;
    },
  });
  return { rig, source };
}

const CACHED = { forceRefreshToken: false };
const FRESH = { forceRefreshToken: true };

test("knows nobody before it has asked", () => {
  expect(openSource([]).source.getIdentity().status).toBe("loading");
});

test("learns who is here from the token itself", async () => {
  const { source } = openSource([tokenAnswer()]);
  expect(await source.fetchAccessToken(CACHED)).toBe(makeToken(ADA));
  expect(source.getIdentity()).toEqual(ADA_IDENTITY);
});

test("asks once for all who ask at the same time", async () => {
  const { rig, source } = openSource([tokenAnswer()]);
  const tokens = await Promise.all([CACHED, FRESH, CACHED].map(source.fetchAccessToken));
  expect(new Set(tokens).size).toBe(1);
  expect(rig.requests).toBe(1);
});

test("a doubted session is asked about after the renewal under way, which may know less", async () => {
  const { rig, source } = openSource([tokenAnswer(), tokenAnswer(), refusal(401)]);
  await source.fetchAccessToken(CACHED);
  const underWay = source.fetchAccessToken(FRESH);
  await source.checkSession();
  expect(await underWay).toBe(makeToken(ADA));
  expect([source.getIdentity().status, rig.requests]).toEqual(["signed-out", 3]);
});

test("keeps a token until shortly before its end, unless told to renew it", async () => {
  const { rig, source } = openSource([tokenAnswer(), tokenAnswer(), tokenAnswer()]);
  await source.fetchAccessToken(CACHED);
  rig.nowMs = 569_999;
  await source.fetchAccessToken(CACHED);
  expect(rig.requests).toBe(1);
  rig.nowMs = 570_000;
  await source.fetchAccessToken(CACHED);
  expect(rig.requests).toBe(2);
  await source.fetchAccessToken(FRESH);
  expect(rig.requests).toBe(3);
});

describe("trouble on the way does not sign anybody out", () => {
  const troubles: [string, Answer][] = [
    ["no network", "offline"],
    ["a server that is starting", refusal(503)],
    ["a server that is busy", refusal(429)],
    ["a proxy's page instead of an answer", new Response("<html>", { status: 200 })],
    ["an answer without a token", Response.json({ token: 7 })],
    ["a token without a subject", tokenAnswer({ iat: 1, exp: 2 })],
  ];

  test.each(troubles)("%s is waited out", async (_name, trouble) => {
    const { rig, source } = openSource([tokenAnswer(), trouble, tokenAnswer()]);
    await source.fetchAccessToken(CACHED);
    const seen: string[] = [];
    source.subscribe(() => seen.push(source.getIdentity().status));
    expect(await source.fetchAccessToken(FRESH)).toBe(makeToken(ADA));
    expect([seen, rig.waits.length]).toEqual([["signed-in"], 1]);
  });

  test("with longer and longer waits, up to a limit", async () => {
    const { rig, source } = openSource([...Array<Answer>(8).fill("offline"), tokenAnswer()]);
    await source.fetchAccessToken(CACHED);
    expect(rig.waits).toEqual([250, 500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500]);
  });

  test("and for as long as the server says", async () => {
    const { rig, source } = openSource([refusal(429, { "retry-after": "9" }), tokenAnswer()]);
    await source.fetchAccessToken(CACHED);
    expect(rig.waits).toEqual([9_000]);
  });
});

test.each([401, 403, 410])("%d is the end of the session", async (status) => {
  const { source } = openSource([tokenAnswer(), refusal(status)]);
  await source.fetchAccessToken(CACHED);
  expect(await source.fetchAccessToken(FRESH)).toBeNull();
  expect(source.getIdentity()).toMatchObject({ status: "signed-out", userId: null });
});

test("another person's token is not taken for this page's", async () => {
  const { rig, source } = openSource([tokenAnswer(), tokenAnswer({ ...ADA, sub: "bo" })]);
  await source.fetchAccessToken(CACHED);
  expect(await source.fetchAccessToken(FRESH)).toBeNull();
  expect([rig.isReplaced, source.getIdentity().userId]).toEqual([true, "ada"]);
});

test("starts the page afresh when the same person has another session", async () => {
  const sessions = ["one", "one", "two"].map((sid) => tokenAnswer({ ...ADA, sid }));
  const { rig, source } = openSource(sessions);
  await source.fetchAccessToken(FRESH);
  await source.fetchAccessToken(FRESH);
  expect(rig.isReplaced).toBe(false);
  expect(await source.fetchAccessToken(FRESH)).toBeNull();
  expect(rig.isReplaced).toBe(true);
});

test("says from the token's role who may see the server's rooms", async () => {
  const roles = ["owner", "admin", "member", undefined].map(
    (role) => decodeClaims(makeToken({ ...ADA, role }))?.identity.isAdmin,
  );
  expect(roles).toEqual([true, true, false, false]);
});

test("once stopped it waits for nothing and tells nobody", async () => {
  const { source } = openSource(["offline"]);
  let calls = 0;
  source.subscribe(() => {
    calls += 1;
  });
  const token = source.fetchAccessToken(CACHED);
  source.stop();
  expect([await token, calls]).toEqual([null, 0]);
});

test.each(["", "a.b", "a.!!!.c", `a.${btoa("null")}.c`])("%j is no token", (token) => {
  expect(decodeClaims(token)).toBeNull();
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ask,
  device,
  enter,
  has,
  mutation,
  type Person,
  pair,
  say,
  type Watched,
  watch,
  watchRoom,
} from "./test/people";
import { openClerk, openEmbedded, type Provider } from "./test/provider-rig";

/**
 * What both identity services promise, on the real engine with stock clients on live sockets. Clerk's
 * side runs against `test/clerk-stand-in.ts`, in both shapes that its tokens may have.
 */

const PROVIDERS: Array<[name: string, open: () => Promise<Provider>]> = [
  ["embedded", openEmbedded],
  ["clerk, with the convex template", () => openClerk("template")],
  ["clerk, with its session token", () => openClerk("session")],
];

describe.each(PROVIDERS)("%s", (_name, open) => {
  let provider: Provider;
  let bob: Person;
  beforeAll(async () => {
    provider = await open();
    // The first on a server may own it, and an owner cannot leave; so that is somebody else.
    bob = await enter(provider, "Bob Hope");
  }, 60_000);
  afterAll(() => provider.close());

  test("a person's token is accepted, and the functions know who they are", async () => {
    const ada = await enter(provider, "Ada Lovelace");
    expect(await ask(ada.client, "users:getCurrentUser")).toEqual({
      ...{ clerkId: ada.userId, name: "Ada Lovelace", email: ada.account.email, imageUrl: null },
    });
    expect(await ask(bob.client, "users:getUser", { userId: ada.userId })).toEqual({
      ...{ clerkId: ada.userId, name: "Ada Lovelace", imageUrl: null, isDeleted: false },
    });
  });

  test("a new name is told to everybody", async () => {
    const ada = await enter(provider, "Ada Byron");
    const seen = watch(bob.client, "users:getUser", { userId: ada.userId });
    await seen.until(({ values }) => JSON.stringify(values).includes("Ada Byron"));
    await ada.account.rename("Ada King");
    await seen.until(({ values }) => JSON.stringify(values.at(-1)).includes("Ada King"));
  });

  test("[Z3] a session that ends loses its socket's data, and nobody else does", async () => {
    const ada = await enter(provider, "Ada Ends");
    const other = await device(provider, await ada.account.signIn());
    const room = await pair(ada, bob);
    const watched = [ada.client, other, bob.client].map((client) => watchRoom(client, room));
    const [gone, stays, bobs] = watched as [Watched, Watched, Watched];
    for (const each of watched) await each.until(({ values }) => values.length > 0);
    await ada.account.first.end();
    await gone.until(({ refusals }) => refusals.length > 0);
    expect(gone.refusals[0]).toBe("unauthenticated");
    await say(bob, room, "after the end");
    for (const each of [stays, bobs]) await each.until(has("after the end"));
    await expect(ask(ada.client, "users:getCurrentUser")).rejects.toThrow();
    expect(JSON.stringify(gone.values)).not.toContain("after the end");
    expect(await ada.account.first.token()).toBeNull();
  });

  test("[Z3] a deleted account is out at every socket, and stays out", async () => {
    const ada = await enter(provider, "Ada Leaves");
    const other = await device(provider, await ada.account.signIn());
    const room = await pair(ada, bob);
    const watched = [ada.client, other].map((client) => watchRoom(client, room));
    for (const each of watched) await each.until(({ values }) => values.length > 0);
    const old = await ada.account.first.token();
    await ada.account.remove();
    for (const each of watched) await each.until(({ refusals }) => refusals.length > 0);
    const late = provider.connect(async () => old);
    await expect(ask(late, "users:getCurrentUser")).rejects.toThrow();
    await expect(late.mutation(mutation("users:syncUser"), {})).rejects.toThrow();
    expect(await ask(bob.client, "users:getUser", { userId: ada.userId })).toMatchObject({
      isDeleted: true,
    });
  });

  test("[Z3] a token is renewed in the middle of sending, and no message is lost", async () => {
    const ada = await enter(provider, "Ada Sends");
    const room = await pair(ada, bob);
    const seen = watchRoom(bob.client, room);
    const texts = Array.from({ length: 20 }, (_, n) => `renewed ${n}.`);
    const sent = texts.map((text, n) => {
      if (n % 5 === 2) ada.client.setAuth(ada.account.first.token);
      return say(ada, room, text);
    });
    await Promise.all(sent);
    await seen.until(has("renewed 19."));
    const last = JSON.stringify(seen.values.at(-1));
    expect(texts.map((text) => last.split(text).length - 1)).toEqual(texts.map(() => 1));
  });

  test("[Z3] a token that never comes holds up nobody's sending on a live socket", async () => {
    const ada = await enter(provider, "Ada Waits");
    const room = await pair(ada, bob);
    const token = await ada.account.first.token();
    let asked = 0;
    const client = provider.connect(() => {
      asked += 1;
      return asked === 1 ? Promise.resolve(token) : new Promise(() => undefined);
    });
    await ask(client, "users:getCurrentUser");
    await client.mutation(mutation("messages:sendMessage"), {
      conversationId: room,
      content: "I am",
    });
  });

  test("[Z9] a token that is wrong in one claim is refused, and the log names the claim", async () => {
    if (!provider.forge) {
      const ada = await enter(provider, "Ada Forged");
      const [head, , signature] = ((await ada.account.first.token()) ?? "").split(".");
      const forged = Buffer.from('{"iss":"https://evil.example","sub":"x"}').toString("base64url");
      await expectRefused(provider, `${head}.${forged}.${signature}`, "`iss`");
      return;
    }
    const eve = await enter(provider, "Eve Forged");
    const past = Math.floor(Date.now() / 1000) - 3_600;
    const wrong: Array<[object, string]> = [
      [{ aud: "another application" }, "`aud`"],
      [{ aud: undefined }, "`aud`"],
      [{ iss: "https://evil.example" }, "`iss`"],
      [{ exp: past }, "`exp`"],
      [{ nbf: past + 7_200 }, "`nbf`"],
      [{ sub: undefined }, "`sub`"],
    ];
    for (const [changes, claim] of wrong) {
      await expectRefused(provider, await provider.forge(eve.account, changes), claim);
    }
  });

  test("[Z6] the log holds no token, no address and nothing that was said", () => {
    expect(provider.logged.filter((line) => /eyJ|example\.org|renewed \d/.test(line))).toEqual([]);
  });
});

async function expectRefused(provider: Provider, token: string, claim: string): Promise<void> {
  const before = provider.logged.length;
  const response = await fetch(`${provider.url}/convex/api/query`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ path: "users:getCurrentUser", args: {}, format: "json" }),
  });
  await response.arrayBuffer();
  expect([claim, response.status]).toEqual([claim, 401]);
  expect(provider.logged.slice(before).join("\n")).toContain(claim);
}

import {
  fetchAction,
  fetchMutation,
  fetchQuery,
  preloadedQueryResult,
  preloadQuery,
} from "convex/nextjs";
import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { newRoom, startClients, things } from "./clients.ts";

const clients = startClients();
type Call = (kind: "query" | "mutation" | "action", name: string, args: object) => Promise<unknown>;

type Fetch = (reference: unknown, args: object, options?: object) => Promise<unknown>;
const callOf = (client: object, kind: "query" | "mutation" | "action"): Fetch =>
  (client as Record<string, Fetch>)[kind]!.bind(client);

let socket: ReturnType<typeof clients.socket> | null = null;
const ways: Record<string, Call> = {
  "a socket": (kind, name, args) => {
    socket ??= clients.socket();
    return callOf(socket, kind)(things[name], args);
  },
  HTTP: (kind, name, args) => callOf(clients.http(), kind)(things[name], args),
  "Next.js": (kind, name, args) => {
    const fetchIt = { query: fetchQuery, mutation: fetchMutation, action: fetchAction }[kind];
    return (fetchIt as Fetch)(things[name], args, { url: clients.url });
  },
};
const kinds = ["query", "mutation", "action"] as const;
const named = (prefix: string, kind: string) =>
  `${prefix}${kind[0]!.toUpperCase()}${kind.slice(1)}`;
const everyWay = Object.keys(ways).flatMap((way) => kinds.map((kind) => [way, kind] as const));

const values: Array<[string, unknown]> = [
  ["null", null],
  ["true", true],
  ["an int64", 2n ** 63n - 1n],
  ["the least int64", -(2n ** 63n)],
  ["minus zero", -0],
  ["not a number", Number.NaN],
  ["infinity", Number.NEGATIVE_INFINITY],
  ["a double", 5e-324],
  ["text with quotes, zero and emoji", `"\\'\u0000\u2028\u{1f600}`],
  ["bytes", new Uint8Array([0, 255, 128]).buffer],
  ["no bytes", new ArrayBuffer(0)],
  ["a nested list", [[], [[1n]], [null]]],
  ["an object", { b: 1, a: { "with space": [true] } }],
  ["names that every object has", { constructor: 1, toString: "a", hasOwnProperty: null }],
  ["deep nesting", Array.from({ length: 30 }).reduce((inner) => [inner], 1 as unknown)],
  ["a long text", "x".repeat(300_000)],
];

describe.each(everyWay)("over %s, a %s", (way, kind) => {
  it.each(values)("[CC1] takes and gives back %s", async (_, value) => {
    const given = await ways[way]!(kind, named("echo", kind), { value });
    expect(given).toEqual(value);
    if (typeof value === "number") expect(Object.is(given, value)).toBe(true);
  });

  it.each([
    ["data", { code: 7, list: ["a", null] }],
    ["text", "only text"],
    ["null", null],
  ])("[CC2] throws a ConvexError with %s", async (how, data) => {
    const error = await ways[way]!(kind, named("fail", kind), { how }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<never>).data).toEqual(data);
  });

  it("[CC2] tells nothing of an error but that there was one", async () => {
    const call = ways[way]!(kind, named("fail", kind), { how: "error" });
    const error = (await call.catch((e: unknown) => e)) as Error;
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(ConvexError);
    expect(error.message).toMatch(/\[Request ID: [a-f0-9]{16}\] Server Error/);
    expect(error.message).not.toContain("private");
  });

  it.each<[string, string, object, RegExp]>([
    [
      "arguments that do not fit",
      "fail",
      {},
      /ArgumentValidationError: Object is missing the required field `how`/,
    ],
    [
      "arguments too many",
      "fail",
      { how: "a", b: 1 },
      /ArgumentValidationError: Object contains extra field `b`/,
    ],
    [
      "a result that does not fit",
      "fail",
      { how: "result" },
      /ReturnsValidationError: Value does not match validator/,
    ],
    ["an internal function", "hidden", {}, /Could not find public function for 'things:hidden/],
    [
      "a function that is not there",
      "nothing",
      {},
      /Could not find public function for 'things:nothing/,
    ],
  ])("[CC2] refuses %s", async (_, prefix, args, text) => {
    await expect(ways[way]!(kind, named(prefix, kind), args)).rejects.toThrow(text);
  });

  it("[CC2] refuses a function of another kind", async () => {
    const other = kind === "query" ? "mutation" : "query";
    const call = ways[way]!(kind, named("echo", other), { value: 1 });
    const title = (word: string) => `${word[0]!.toUpperCase()}${word.slice(1)}`;
    await expect(call).rejects.toThrow(
      `Trying to execute things.js:${named("echo", other)} as ${title(kind)}, but it is defined as ${title(other)}.`,
    );
  });
});

describe("the HTTP client", () => {
  it("[CC3] reads one moment, however much later it asks", async () => {
    const room = newRoom();
    const client = clients.http();
    await client.mutation(things.add, { room, text: "a" });
    expect(await client.consistentQuery(things.list, { room })).toEqual(["a"]);
    await clients.http().mutation(things.add, { room, text: "b" });
    expect([
      await client.consistentQuery(things.list, { room }),
      await client.query(things.list, { room }),
    ]).toEqual([["a"], ["a", "b"]]);
  });

  it("[CC3] queues its mutations, or does not", async () => {
    const room = newRoom();
    const client = clients.http();
    const texts = Array.from({ length: 10 }, (_, n) => `${n}`);
    await Promise.all(texts.map((text) => client.mutation(things.add, { room, text })));
    await Promise.all(
      texts.map((text) =>
        client.mutation(things.add, { room, text: `x${text}` }, { skipQueue: true }),
      ),
    );
    expect(await client.query(things.list, { room })).toHaveLength(20);
  });

  it("[CC3] is the person of its token, and nobody after it is cleared", async () => {
    const client = clients.http();
    client.setAuth(await clients.issuer.sign("ada"));
    const asAda = [
      await client.query(things.whoAmI, {}),
      await client.mutation(things.whoWrites, {}),
      await client.action(things.whoActs, {}),
    ];
    client.clearAuth();
    expect([...asAda, await client.query(things.whoAmI, {})]).toEqual(["ada", "ada", "ada", null]);
  });

  it("[CC3] is refused with a token that does not hold", async () => {
    const client = clients.http();
    client.setAuth("not.a.token");
    await expect(client.query(things.whoAmI, {})).rejects.toThrow(/code|token|auth/i);
  });

  it("[CC3] may call internal functions with the admin key, and speak for people", async () => {
    const client = clients.http() as never as {
      setAdminAuth(key: string, identity?: object): void;
      query(reference: unknown, args: object): Promise<unknown>;
    };
    client.setAdminAuth("an-admin-key-for-tests");
    expect(await client.query(things.hiddenQuery, {})).toBe("hidden");
    client.setAdminAuth("an-admin-key-for-tests", {
      issuer: "https://issuer.test",
      subject: "eve",
    });
    expect(await client.query(things.whoAmI, {})).toBe("eve");
    client.setAdminAuth("another key");
    await expect(client.query(things.whoAmI, {})).rejects.toThrow();
  });
});

describe("Next.js", () => {
  it("[CC3] fetches as a person", async () => {
    const options = { url: clients.url, token: await clients.issuer.sign("bob") };
    expect([
      await fetchQuery(things.whoAmI, {}, options),
      await fetchMutation(things.whoWrites, {}, options),
      await fetchAction(things.whoActs, {}, options),
    ]).toEqual(["bob", "bob", "bob"]);
  });

  it("[CC3] preloads a query for the browser", async () => {
    const room = newRoom();
    await clients.http().mutation(things.add, { room, text: "preloaded" });
    const preloaded = await preloadQuery(things.list, { room }, { url: clients.url });
    expect(preloadedQueryResult(JSON.parse(JSON.stringify(preloaded)))).toEqual(["preloaded"]);
  });
});

import { ConvexError } from "convex/values";
import { afterEach, describe, expect, it, vi } from "vitest";
import { until } from "../rig.ts";
import { newRoom, startClients, things } from "./clients.ts";

// A client waits for a second, and more by chance, before it comes back.
vi.setConfig({ testTimeout: 60_000 });

const clients = startClients();
type Client = ReturnType<typeof clients.socket>;
/** Parts of the stock clients that their types keep to themselves. */
type Admin = { setAdminAuth(key: string, identity: object): void };
type Paginating = {
  watchPaginatedQuery(
    query: unknown,
    args: object,
    options: object,
  ): { onUpdate(callback: () => void): () => void; localQueryResult(): unknown };
};

/** The first value of a query that satisfies the condition. */
function when<T>(
  client: Pick<Client, "onUpdate">,
  query: never,
  args: object,
  is: (value: T) => boolean,
) {
  return until<T>((onValue) => client.onUpdate(query, args as never, onValue as never), is);
}
const typesOf = (client: Client, type: string) =>
  client.network.sent.filter((message) => message.type === type);

describe("signing in", () => {
  /** What the client has asked its token source for, and what it was told became of it. */
  function signIn(client: Client, tokens: Array<string | null> | (() => Promise<string | null>)) {
    const asked: boolean[] = [];
    const told: boolean[] = [];
    let onTold: Array<(isAuthenticated: boolean) => void> = [];
    const fetchToken = async ({ forceRefreshToken }: { forceRefreshToken: boolean }) => {
      asked.push(forceRefreshToken);
      if (typeof tokens === "function") return tokens();
      return tokens[Math.min(asked.length, tokens.length) - 1]!;
    };
    client.setAuth(fetchToken, (isAuthenticated) => {
      told.push(isAuthenticated);
      for (const resolve of onTold) resolve(isAuthenticated);
      onTold = [];
    });
    const nextTold = () =>
      told.length > 0
        ? Promise.resolve(told.at(-1)!)
        : new Promise<boolean>((resolve) => onTold.push(resolve));
    return { asked, told, nextTold };
  }
  const sign = (subject: string, lifetimeSeconds = 300) =>
    clients.issuer.sign(subject, { lifetimeSeconds, name: `${subject} ${Math.random()}` });

  it("[CC4] is confirmed, and functions of every kind run as that person", async () => {
    const client = clients.socket();
    const { nextTold } = signIn(client, [await sign("ada")]);
    expect(await nextTold()).toBe(true);
    expect([
      await client.query(things.whoAmI, {}),
      await client.mutation(things.whoWrites, {}),
      await client.action(things.whoActs, {}),
    ]).toEqual(["ada", "ada", "ada"]);
  });

  it("[CC4] a fresh token replaces the first without anybody noticing", async () => {
    const client = clients.socket();
    const seen: unknown[] = [];
    const { asked, told } = signIn(client, [await sign("ada"), await sign("ada")]);
    client.onUpdate(things.whoAmI, {}, (value: unknown) => seen.push(value));
    await vi.waitFor(() => expect(typesOf(client, "Authenticate")).toHaveLength(2));
    await client.mutation(things.whoWrites, {});
    expect({ asked, told: [...new Set(told)], seen: [...new Set(seen)] }).toEqual({
      asked: [false, true],
      told: [true],
      seen: ["ada"],
    });
  });

  it("[CC4] an identical token on refresh keeps the person signed in", async () => {
    const client = clients.socket();
    const token = await sign("ada");
    const { asked, told, nextTold } = signIn(client, [token, token]);
    await nextTold();
    await vi.waitFor(() => expect(asked).toEqual([false, true]));
    expect(await client.mutation(things.whoWrites, {})).toBe("ada");
    expect({ told, frames: typesOf(client, "Authenticate").length }).toEqual({
      told: [true],
      frames: 1,
    });
  });

  it("[CC4] may use the first token for as long as it lasts", async () => {
    const client = clients.socket({ initialAuthTokenReuse: true });
    const { asked, nextTold } = signIn(client, [await sign("ada")]);
    expect(await nextTold()).toBe(true);
    expect(await client.query(things.whoAmI, {})).toBe("ada");
    expect(asked).toEqual([false]);
  });

  it("[CC4] no token is nobody", async () => {
    const client = clients.socket();
    const { nextTold } = signIn(client, [null]);
    expect(await nextTold()).toBe(false);
    expect(await client.query(things.whoAmI, {})).toBeNull();
  });

  it("[CC4] a refused token is fetched anew, and then it is well", async () => {
    const client = clients.socket();
    const { asked, nextTold } = signIn(client, ["no.good.token", await sign("ada")]);
    expect(await nextTold()).toBe(true);
    expect(asked.slice(0, 2)).toEqual([false, true]);
    expect(await client.query(things.whoAmI, {})).toBe("ada");
  });

  it("[CC4] tokens that are always refused leave the client as nobody, and of use", async () => {
    const client = clients.socket();
    const { nextTold } = signIn(client, ["no.good.token"]);
    expect(await nextTold()).toBe(false);
    const room = newRoom();
    await client.mutation(things.add, { room, text: "still works" });
    expect(await client.query(things.list, { room })).toEqual(["still works"]);
  });

  it("[CC4] a token of somebody else's issuer is refused", async () => {
    const other = await (await import("../tokens.ts")).createTestIssuer();
    const client = clients.socket();
    const { nextTold } = signIn(client, [await other.sign("mallory")]);
    expect(await nextTold()).toBe(false);
    expect(await client.query(things.whoAmI, {})).toBeNull();
  });

  it("[CC4] changes the person in the midst of everything", async () => {
    const client = clients.socket();
    const seen: unknown[] = [];
    signIn(client, [await sign("ada")]);
    client.onUpdate(things.whoAmI, {}, (value: unknown) => seen.push(value));
    await when(client, things.whoAmI as never, {}, (value) => value === "ada");
    const bob = await sign("bob");
    signIn(client, [bob]);
    const writes = client.mutation(things.whoWrites, {});
    await when(client, things.whoAmI as never, {}, (value) => value === "bob");
    expect(await writes).toBe("bob");
    expect(seen.lastIndexOf("ada")).toBeLessThan(seen.indexOf("bob"));
  });

  it("[CC4] signing out makes the client nobody, its queries too", async () => {
    const client = clients.socket();
    signIn(client, [await sign("ada")]);
    await when(client, things.whoAmI as never, {}, (value) => value === "ada");
    // `setAuth` with a source of no tokens is lost between two states of the stock client.
    client.client.clearAuth();
    expect(await when(client, things.whoAmI as never, {}, (value) => value === null)).toBeNull();
  });

  it("[CC4] who waits for a sign-in sees nothing as nobody", async () => {
    const client = clients.socket({ expectAuth: true });
    const seen: unknown[] = [];
    client.onUpdate(things.whoAmI, {}, (value: unknown) => seen.push(value));
    signIn(client, [await sign("ada")]);
    await when(client, things.whoAmI as never, {}, (value) => value === "ada");
    expect([...new Set(seen)]).toEqual(["ada"]);
  });

  it("[CC4] a token source that never answers holds up its own client alone, until there is another", async () => {
    const client = clients.socket();
    signIn(client, () => new Promise(() => {}));
    const who = client.query(things.whoAmI, {});
    const room = newRoom();
    await clients.socket().mutation(things.add, { room, text: "others go on" });
    signIn(client, [await sign("ada")]);
    expect(await who).toBe("ada");
  });

  it("[CC4] a token source that fails is got over by another", async () => {
    const client = clients.socket();
    const failures: unknown[] = [];
    const onRejection = (reason: unknown) => failures.push(reason);
    process.on("unhandledRejection", onRejection);
    signIn(client, () => Promise.reject(new Error("no token today")).catch(() => null));
    signIn(client, [await sign("ada")]);
    expect(await client.mutation(things.whoWrites, {})).toBe("ada");
    process.off("unhandledRejection", onRejection);
    expect(failures).toEqual([]);
  });

  it("[CC4] survives a cut: the client comes back as the same person and never looks like nobody", async () => {
    const client = clients.socket();
    const seen: unknown[] = [];
    const { told } = signIn(client, [await sign("ada")]);
    client.onUpdate(things.whoAmI, {}, (value: unknown) => seen.push(value));
    await when(client, things.whoAmI as never, {}, (value) => value === "ada");
    client.network.cut();
    expect(await client.mutation(things.whoWrites, {})).toBe("ada");
    expect({ told, seen: [...new Set(seen)] }).toEqual({ told: [true], seen: ["ada"] });
  });

  it("[CC4] the admin key speaks for anybody", async () => {
    const client = clients.socket();
    (client as never as Admin).setAdminAuth("an-admin-key-for-tests", {
      issuer: "https://issuer.test",
      subject: "eve",
    });
    expect([
      await client.query(things.whoAmI, {}),
      await client.mutation(things.hiddenMutation, {}),
    ]).toEqual(["eve", "hidden"]);
  });
});

describe("a connection that is cut", () => {
  it("[CC5] sends afterwards what was not sent before", async () => {
    const client = clients.socket();
    const room = newRoom();
    await client.mutation(things.add, { room, text: "a" });
    client.network.cut();
    await Promise.all(["b", "c"].map((text) => client.mutation(things.add, { room, text })));
    expect(await client.query(things.list, { room })).toEqual(["a", "b", "c"]);
  });

  it("[CC5] before the answer: the mutation has run once", async () => {
    const client = clients.socket();
    const room = newRoom();
    client.network.loseNext(({ type }) => type === "MutationResponse");
    await client.mutation(things.add, { room, text: "once" });
    expect(await client.query(things.list, { room })).toEqual(["once"]);
    expect(typesOf(client, "Mutation").map(({ requestId }) => requestId)).toEqual([0, 0]);
  });

  it("[CC5] after the answer, before its transition: it resolves all the same", async () => {
    const client = clients.socket();
    const room = newRoom();
    let isAnswered = false;
    client.network.loseNext(({ type }) => {
      isAnswered ||= type === "MutationResponse";
      return isAnswered && type === "Transition";
    });
    await client.mutation(things.add, { room, text: "once" });
    expect(await client.query(things.list, { room })).toEqual(["once"]);
  });

  it("[CC5] many times: every mutation once, and in order", async () => {
    const client = clients.socket();
    const room = newRoom();
    const texts = Array.from({ length: 30 }, (_, n) => `${n}`.padStart(2, "0"));
    const done = Promise.all(
      texts.map(async (text, n) => {
        await client.mutation(things.add, { room, text });
        if (n === 3 || n === 17) client.network.cut();
      }),
    );
    client.network.loseNext(
      ({ type, requestId }) => type === "MutationResponse" && requestId === 9,
    );
    await done;
    expect(await client.query(things.list, { room })).toEqual(texts);
  });

  it("[CC5] an action under way is given up by its client, and goes on", async () => {
    const [client, other] = [clients.socket(), clients.socket()];
    const key = newRoom();
    const started = when<string[]>(
      other,
      things.list as never,
      { room: `waiting ${key}` },
      (list) => list.length === 1,
    );
    const action = client.action(things.wait, { key });
    const outcome = action.catch((error: Error) => error.message);
    await started;
    client.network.cut();
    expect(await outcome).toMatch(/Connection lost while action was in flight/);
    await other.action(things.letGo, { key });
    expect(await client.action(things.echoAction, { value: "of use again" })).toBe("of use again");
    expect(await other.query(things.list, { room: `waiting ${key}` })).toEqual(["started"]);
  });

  it("[CC5] queries show what has happened meanwhile", async () => {
    const [client, other] = [clients.socket(), clients.socket()];
    const room = newRoom();
    await when<string[]>(client, things.list as never, { room }, (list) => list.length === 0);
    client.onUpdate(things.list, { room }, () => {});
    client.network.cut();
    await other.mutation(things.add, { room, text: "meanwhile" });
    const seen = await when<string[]>(
      client,
      things.list as never,
      { room },
      (list) => list.length === 1,
    );
    expect(seen).toEqual(["meanwhile"]);
  });

  it("[CC5] a page keeps its end by its journal", async () => {
    const [client, other] = [clients.socket(), clients.socket()];
    const room = newRoom();
    for (const text of ["b", "d", "f", "h"]) await other.mutation(things.add, { room, text });
    type Page = { page: Array<{ text: string }> };
    const texts = ({ page }: Page) => page.map(({ text }) => text);
    const args = { room, paginationOpts: { numItems: 2, cursor: null, id: 1 } };
    const pages: string[][] = [];
    client.onUpdate(things.page, args, (page: Page) => pages.push(texts(page)));
    await vi.waitFor(() => expect(pages).toEqual([["b", "d"]]));
    client.network.cut();
    for (const text of ["a", "c", "e"]) await other.mutation(things.add, { room, text });
    await vi.waitFor(() => expect(pages.at(-1)).toEqual(["a", "b", "c", "d"]), 30_000);
    const adds = typesOf(client, "ModifyQuerySet").at(-1)!.modifications as Array<{
      journal?: string;
    }>;
    expect(typeof adds[0]!.journal).toBe("string");
  });

  it("[CC5] is told to who wants to know", async () => {
    const client = clients.socket();
    const states: Array<{ isWebSocketConnected: boolean; connectionCount: number }> = [];
    client.subscribeToConnectionState((state) => states.push(state));
    await client.query(things.whoAmI, {});
    client.network.cut();
    await client.mutation(things.whoWrites, {});
    const connected = states.map(({ isWebSocketConnected }) => isWebSocketConnected);
    const changes = connected.filter((is, place) => is !== connected[place - 1]);
    expect(changes.slice(-3)).toEqual([true, false, true]);
    expect(client.connectionState()).toMatchObject({
      isWebSocketConnected: true,
      hasEverConnected: true,
      hasInflightRequests: false,
      connectionCount: 2,
      inflightMutations: 0,
      inflightActions: 0,
    });
  });
});

describe("optimistic updates", () => {
  /** Every list that the screen has shown. */
  function watch(client: ReturnType<typeof clients.react>, room: string) {
    const shown: string[][] = [];
    const watched = client.watchQuery(things.list, { room });
    const note = () => {
      const list = watched.localQueryResult() as string[] | undefined;
      if (list && JSON.stringify(list) !== JSON.stringify(shown.at(-1))) shown.push(list);
    };
    watched.onUpdate(note);
    return shown;
  }
  // biome-ignore lint/suspicious/noExplicitAny: a local store without generated types
  const append = (store: any, { room, text }: { room: string; text: string }) => {
    const list = store.getQuery(things.list, { room }) ?? [];
    store.setQuery(things.list, { room }, [...list, text]);
  };

  it("[CC6] show at once and give way to the result without a flicker", async () => {
    const client = clients.react();
    const room = newRoom();
    const shown = watch(client, room);
    await vi.waitFor(() => expect(shown).toEqual([[]]));
    await client.mutation(things.add, { room, text: "a" }, { optimisticUpdate: append as never });
    expect(shown).toEqual([[], ["a"]]);
  });

  it("[CC6] of several mutations stay in order", async () => {
    const client = clients.react();
    const room = newRoom();
    const shown = watch(client, room);
    await vi.waitFor(() => expect(shown).toEqual([[]]));
    await Promise.all(
      ["a", "b", "c"].map((text) =>
        client.mutation(things.add, { room, text }, { optimisticUpdate: append as never }),
      ),
    );
    expect(shown).toEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]]);
  });

  it("[CC6] are taken back when the mutation is refused", async () => {
    const client = clients.react();
    const room = newRoom();
    const shown = watch(client, room);
    await vi.waitFor(() => expect(shown).toEqual([[]]));
    const refused = client.mutation(
      things.addOrRefuse,
      { room, text: "a" },
      { optimisticUpdate: append as never },
    );
    await expect(refused).rejects.toBeInstanceOf(ConvexError);
    expect(shown).toEqual([[], ["a"], []]);
  });

  it("[CC6, SY23] stay over a cut, and over a lost answer", async () => {
    const client = clients.react();
    const room = newRoom();
    const shown = watch(client, room);
    await vi.waitFor(() => expect(shown).toEqual([[]]));
    client.network.loseNext(({ type }) => type === "MutationResponse");
    await client.mutation(things.add, { room, text: "a" }, { optimisticUpdate: append as never });
    expect(shown).toEqual([[], ["a"]]);
  });
});

describe("pages as usePaginatedQuery keeps them", () => {
  type Shown = {
    results: Array<{ _id: string; text: string }>;
    status: string;
    loadMore(count: number): void;
  };
  async function open(count: number, size: number) {
    const [client, other] = [clients.react(), clients.socket()];
    const room = newRoom();
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      ids.push(await other.mutation(things.add, { room, text: `${n * 10}`.padStart(3, "0") }));
    }
    const watched = (client as never as Paginating).watchPaginatedQuery(things.page, { room }, {
      initialNumItems: size,
      id: 1,
    } as never);
    const statuses: string[] = [];
    const now = () => watched.localQueryResult() as unknown as Shown | undefined;
    watched.onUpdate(() => {
      const status = now()?.status;
      if (status && status !== statuses.at(-1)) statuses.push(status);
    });
    const texts = () => now()?.results.map(({ text }) => text) ?? [];
    const reach = (expected: string[]) =>
      vi.waitFor(() => expect(texts()).toEqual(expected), { timeout: 30_000, interval: 10 });
    return { client, other, room, ids, now, reach, statuses };
  }

  it("[CC7] are loaded one after another to the end", async () => {
    const { now, reach, statuses } = await open(5, 2);
    await reach(["000", "010"]);
    now()!.loadMore(2);
    await reach(["000", "010", "020", "030"]);
    now()!.loadMore(2);
    await reach(["000", "010", "020", "030", "040"]);
    await vi.waitFor(() => expect(now()!.status).toBe("Exhausted"));
    expect(statuses).toEqual(
      [
        "LoadingFirstPage",
        "CanLoadMore",
        "LoadingMore",
        "CanLoadMore",
        "LoadingMore",
        "Exhausted",
      ].slice(statuses[0] === "LoadingFirstPage" ? 0 : 1),
    );
  });

  it("[CC7] grow and shrink where rows come and go", async () => {
    const { other, room, ids, now, reach } = await open(4, 2);
    await reach(["000", "010"]);
    now()!.loadMore(2);
    await reach(["000", "010", "020", "030"]);
    await other.mutation(things.add, { room, text: "005" });
    await reach(["000", "005", "010", "020", "030"]);
    await other.mutation(things.add, { room, text: "015" });
    await reach(["000", "005", "010", "015", "020", "030"]);
    await other.mutation(things.remove, { id: ids[1] });
    await reach(["000", "005", "015", "020", "030"]);
  });

  it("[CC7] are split when they have grown too large, without loss", async () => {
    const { other, room, reach } = await open(3, 2);
    await reach(["000", "010"]);
    const more = ["001", "002", "003", "004", "005", "006", "007", "008"];
    for (const text of more) await other.mutation(things.add, { room, text });
    await reach(["000", ...more, "010"]);
  });

  it("[CC7] are as they were after a cut", async () => {
    const { client, other, room, now, reach } = await open(4, 2);
    await reach(["000", "010"]);
    now()!.loadMore(2);
    await reach(["000", "010", "020", "030"]);
    client.network.cut();
    await other.mutation(things.add, { room, text: "005" });
    await reach(["000", "005", "010", "020", "030"]);
  });
});

describe("unusual messages", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("[CC8] a result that comes in chunks is whole", async () => {
    const client = clients.socket();
    const characters = 3_500_000;
    const big = (await client.query(things.big, { characters })) as string;
    expect(big).toBe("é".repeat(characters));
    expect(await client.query(things.whoAmI, {})).toBeNull();
  });

  it("[CC8, SY14] one query too many fails, and the rest of the page goes on", async () => {
    const client = clients.socket();
    const value = (n: number) => ({ value: String(n).padEnd(1_000_000, "x") });
    const shown = await Promise.allSettled(
      [0, 1, 2, 3, 4].map(
        (n) =>
          new Promise((resolve, reject) =>
            client.onUpdate(things.echoQuery, value(n), resolve, reject),
          ),
      ),
    );
    expect(shown.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 4 }, () => "fulfilled"),
      "rejected",
    ]);
    expect(String((shown[4] as PromiseRejectedResult).reason)).toContain("too large together");
    expect(await client.mutation(things.echoMutation, { value: "well" })).toBe("well");
    expect(client.network.thrown).toEqual([]);
  });

  it("[CC8] who breaks the protocol is told so and ends; others go on", async () => {
    const client = clients.socket();
    await client.query(things.whoAmI, {});
    client.network.sendRaw(
      JSON.stringify({
        type: "ModifyQuerySet",
        baseVersion: 77,
        newVersion: 78,
        modifications: [],
      }),
    );
    await vi.waitFor(() => expect(client.network.thrown).toHaveLength(1));
    expect(String(client.network.thrown[0])).toMatch(/ModifyQuerySet|FatalError|version/i);
    expect(await clients.socket().query(things.whoAmI, {})).toBeNull();
  });

  it("[CC8] what functions print reaches the developer's console", async () => {
    const printed: string[] = [];
    const logger = {
      log: (...args: unknown[]) => printed.push(args.join(" ")),
      warn: (...args: unknown[]) => printed.push(args.join(" ")),
      error: (...args: unknown[]) => printed.push(args.join(" ")),
      logVerbose: () => {},
    };
    const client = clients.socket({ logger });
    await client.query(things.talk, {});
    const text = printed.join("\n");
    expect(text).toContain("'hello'");
    expect(text).toContain("careful");
    expect(text).not.toContain("Could not parse");
  });
});

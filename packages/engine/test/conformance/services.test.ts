import { anyApi } from "convex/server";
import { describe, expect, it } from "vitest";
import { differing } from "./differences.ts";
import { type BackEnd, outcomeOf, startBackEnd } from "./functions/test.setup.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { files, calls } = anyApi as Record<string, any>;

describe("files", () => {
  const store = (t: BackEnd, text: string) => t.action(files.store, { text }) as Promise<string>;

  it("[TE4] are stored and read by actions", async () => {
    const t = startBackEnd();
    expect(await t.action(files.read, { id: await store(t, "some text") })).toBe("some text");
  });

  it("[TE4] have a row with size and digest", async () => {
    const t = startBackEnd();
    const row = await t.query(files.row, { id: await store(t, "abc") });
    expect(row).toMatchObject({
      size: 3,
      sha256: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    });
  });

  it("[TE4] have the type that they were stored with", async () => {
    const t = startBackEnd();
    const row = (await t.query(files.row, { id: await store(t, "abc") })) as {
      contentType?: string;
    };
    expect(row.contentType).toEqual(differing("content-type"));
  });

  it("[TE4] have an address while they are there", async () => {
    const t = startBackEnd();
    const id = await store(t, "a");
    expect(await t.query(files.url, { id })).toMatch(/^https:\/\/.+\/api\/storage\/.+/);
    await t.mutation(files.remove, { id, thenFail: false });
    expect([
      await t.query(files.url, { id }),
      await t.action(files.read, { id }),
      await t.query(files.row, { id }),
    ]).toEqual([null, null, null]);
  });

  it("[TE4] are deleted with their mutation or not at all", async () => {
    const t = startBackEnd();
    const id = await store(t, "kept");
    await expect(t.mutation(files.remove, { id, thenFail: true })).rejects.toThrow("rolled back");
    expect(await t.action(files.read, { id })).toBe("kept");
  });

  it("[TE4] upload addresses differ", async () => {
    const t = startBackEnd();
    const urls = [await t.mutation(files.uploadUrl, {}), await t.mutation(files.uploadUrl, {})];
    expect(urls[0]).toMatch(/^https:\/\/.+\/api\/storage\/upload\?token=.+/);
    expect(urls[0]).not.toBe(urls[1]);
  });

  it("[TE4] are stored by t.run too", async () => {
    const t = startBackEnd();
    const read = await t.run(async (ctx) => {
      const id = await ctx.storage.store(new Blob(["in run"]));
      return (await ctx.storage.get(id))?.text() ?? null;
    });
    expect(read).toBe("in run");
  });
});

describe("who is calling", () => {
  const whoAmI = (t: Pick<BackEnd, "query">) => t.query(async (ctx) => ctx.auth.getUserIdentity());

  it("[TE4] is nobody at first", async () => {
    expect(await whoAmI(startBackEnd())).toBeNull();
  });

  it("[TE4] is what the test says, with the rest made up", async () => {
    const t = startBackEnd().withIdentity({ name: "Ada", email: "ada@example.org" });
    const identity = (await whoAmI(t))!;
    expect(identity).toMatchObject({ name: "Ada", email: "ada@example.org" });
    expect(identity.issuer).toBe("https://convex.test");
    expect(identity.tokenIdentifier).toBe(`https://convex.test|${identity.subject}`);
    expect(identity.subject).toMatch(/^-?\d+$/);
  });

  it("[TE4] has claims of its own", async () => {
    const t = startBackEnd().withIdentity({ subject: "ada", role: { admin: true } } as never);
    expect(await whoAmI(t)).toEqual({
      subject: "ada",
      role: { admin: true },
      issuer: "https://convex.test",
      tokenIdentifier: "https://convex.test|ada",
    });
  });

  it("[TE4] leaves the back end that it was asked of as it is", async () => {
    const t = startBackEnd();
    const ada = t.withIdentity({ subject: "ada" });
    const bob = ada.withIdentity({ subject: "bob" });
    const all = [await whoAmI(t), await whoAmI(ada), await whoAmI(bob)];
    expect(all.map((identity) => identity?.subject ?? null)).toEqual([null, "ada", "bob"]);
  });

  it("[TE4] shares the data with everybody", async () => {
    const t = startBackEnd();
    await t.withIdentity({ subject: "ada" }).mutation(calls.add, { name: "of ada" });
    expect(await t.query(calls.names, {})).toEqual(["of ada"]);
  });
});

describe("what functions are told about themselves", () => {
  it("[TE4] the request", async () => {
    const t = startBackEnd().withRequestMetadata({ ip: "192.0.2.1", userAgent: "a test" });
    const told = await t.mutation(async (ctx) => ctx.meta.getRequestMetadata());
    expect(told).toMatchObject({
      ip: "192.0.2.1",
      userAgent: "a test",
      scheduledFunctionId: null,
      authToken: null,
    });
    expect(told.requestId).toMatch(/./);
  });

  it("[TE4] the token that the identity would have come from", async () => {
    const t = startBackEnd().withIdentity({ subject: "ada", givenName: "Ada" });
    const { authToken } = await t.mutation(async (ctx) => ctx.meta.getRequestMetadata());
    const claims = JSON.parse(Buffer.from(authToken!.split(".")[1]!, "base64url").toString());
    expect(claims).toEqual({ sub: "ada", iss: "https://convex.test", given_name: "Ada" });
  });

  it("[TE4] what they have used", async () => {
    const metrics = await startBackEnd().mutation(async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      await ctx.db.get(id);
      await ctx.db.query("items").collect();
      return ctx.meta.getTransactionMetrics();
    });
    expect({
      documentsRead: metrics.documentsRead,
      documentsWritten: metrics.documentsWritten,
      databaseQueries: metrics.databaseQueries,
      functionsScheduled: metrics.functionsScheduled,
    }).toEqual({
      documentsRead: { used: 2, remaining: 31_998 },
      documentsWritten: { used: 1, remaining: 15_999 },
      databaseQueries: { used: 2, remaining: 4_094 },
      functionsScheduled: { used: 0, remaining: 1_000 },
    });
  });

  it("[TE4] the snapshot that they read", async () => {
    const t = startBackEnd();
    const before = await t.query(async (ctx) => ctx.meta.getSnapshotTs());
    await t.mutation(calls.add, { name: "a" });
    const after = await t.query(async (ctx) => ctx.meta.getSnapshotTs());
    expect(typeof after === "bigint" && after > before).toBe(true);
  });

  it("[TE4] the deployment", async () => {
    const told = await startBackEnd().query(async (ctx) => ctx.meta.getDeploymentMetadata());
    expect({ region: told.region, class: told.class }).toEqual({ region: null, class: "s16" });
  });
});

describe("bounds that a test may narrow", () => {
  it.each([
    ["documentsRead", 3],
    ["databaseQueries", 1],
    ["documentsWritten", 3],
    ["bytesWritten", 150],
    ["bytesRead", 150],
  ])("[TE4] %s", async (name, bound) => {
    const t = startBackEnd({ [name]: bound });
    const outcome = t.run(async (ctx) => {
      for (let n = 0; n < 5; n++) await ctx.db.insert("items", { name: `${n}` });
      await ctx.db.query("items").collect();
      await ctx.db.query("items").collect();
    });
    await expect(outcome).rejects.toThrow(
      new RegExp(`in a single function execution \\(limit: ${bound}`),
    );
  });

  it("[TE4] a nested call may be given less", async () => {
    const t = startBackEnd();
    for (const name of ["a", "b", "c"]) await t.mutation(calls.add, { name });
    const narrowed = t.query(async (ctx) =>
      ctx.runQuery(calls.names, {} as never, { transactionLimits: { documentsRead: 2 } } as never),
    );
    await expect(narrowed).rejects.toThrow(/limit: 2/);
  });

  it("[TE4] limits where none were asked for", async () => {
    const written = startBackEnd().run(async (ctx) => {
      for (let n = 0; n < 16_001; n++) await ctx.db.insert("people", { name: "p" });
    });
    const outcome = await outcomeOf(written);
    expect(outcome).toEqual(differing("limits-in-force"));
  });
});

describe("the world in queries and mutations", () => {
  it.each(["fetch", "setTimeout", "setInterval"] as const)("[TE4] has no %s", async (name) => {
    const used = startBackEnd().query(async () => {
      (globalThis[name] as never as (...args: unknown[]) => unknown)("https://example.org/", 0);
    });
    await expect(used).rejects.toThrow(new RegExp(`${name}.*(?:queries|mutations)`));
  });

  it("[TE4] has a clock", async () => {
    const ticks = await startBackEnd().mutation(async (ctx) => {
      const before = Date.now();
      while (performance.now() % 5 < 4) await ctx.db.query("items").first();
      for (let n = 0; n < 200; n++) await ctx.db.insert("items", { name: "a" });
      const { _creationTime } = (await ctx.db.query("items").order("desc").first())!;
      return { stands: Date.now() === before, new: new Date() instanceof Date, _creationTime };
    });
    expect({ new: ticks.new, near: Math.abs(Date.now() - ticks._creationTime) < 60_000 }).toEqual({
      new: true,
      near: true,
    });
  });

  it("[TE4] actions have it all", async () => {
    const waited = await startBackEnd().action(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return typeof fetch;
    });
    expect(waited).toBe("function");
  });
});

describe("full-text search", () => {
  const texts = [
    "the quick brown fox",
    "a quick answer",
    "Slow and steady",
    "foxes are quick, too",
  ];
  const search = async (words: string, tag?: string): Promise<string[]> => {
    const t = startBackEnd();
    return t.run(async (ctx) => {
      for (const [place, name] of texts.entries()) {
        await ctx.db.insert("items", { name, tag: place % 2 === 0 ? "even" : "odd" });
      }
      const found = await ctx.db
        .query("items")
        .withSearchIndex("by_words", (q) => {
          const searched = q.search("name", words);
          return tag === undefined ? searched : searched.eq("tag", tag);
        })
        .collect();
      return found.map(({ name }) => name).sort();
    });
  };

  it.each<[string, string | undefined, string[]]>([
    ["slow", undefined, ["Slow and steady"]],
    ["SLOW", undefined, ["Slow and steady"]],
    ["fox", undefined, ["foxes are quick, too", "the quick brown fox"]],
    ["quick", "odd", ["a quick answer", "foxes are quick, too"]],
    ["nothing", undefined, []],
    ["steady answer", undefined, ["Slow and steady", "a quick answer"]],
    ["", undefined, []],
  ])("[TE4] '%s' with tag %s", async (words, tag, expected) => {
    expect(await search(words, tag)).toEqual(expected);
  });

  it("[TE4] a beginning that is not the last word", async () => {
    expect(await search("fo steady")).toEqual(differing("search-prefix"));
  });

  it("[TE4] punctuation in words", async () => {
    expect(await search("quick,")).toEqual(differing("search-punctuation"));
  });
});

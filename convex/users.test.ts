import { describe, expect, it } from "vitest";
import { api } from "./_generated/api";
import { join, refusal, signIn, startBackEnd, wholePage } from "./test.setup";

describe("syncUser", () => {
  it("makes the caller's row from the token, once, and keeps it up to date", async () => {
    const backEnd = startBackEnd();
    const ada = signIn(backEnd, "ada");
    expect(await ada.query(api.users.getCurrentUser, {})).toBeNull();
    const made = { clerkId: "ada", name: "Ada", email: "ada@example.org", imageUrl: null };
    expect(await ada.mutation(api.users.syncUser, {})).toEqual(made);
    expect(await ada.mutation(api.users.syncUser, {})).toEqual(made);
    const renamed = signIn(backEnd, "ada", "Ada Lovelace");
    expect(await renamed.mutation(api.users.syncUser, {})).toEqual({
      ...made,
      name: "Ada Lovelace",
    });
    expect(await renamed.query(api.users.getCurrentUser, {})).toEqual({
      ...made,
      name: "Ada Lovelace",
    });
    expect(await backEnd.run(async (ctx) => (await ctx.db.query("users").collect()).length)).toBe(
      1,
    );
  });

  it("reads a picture from OpenID's claim and from a custom token's", async () => {
    const backEnd = startBackEnd();
    const imageUrl = "https://pictures.example.org/ada.png";
    for (const claims of [{ pictureUrl: imageUrl }, { picture: imageUrl }]) {
      const ada = backEnd.withIdentity({ subject: "ada", name: "Ada", ...claims });
      expect(await ada.mutation(api.users.syncUser, {})).toEqual({
        clerkId: "ada",
        name: "Ada",
        email: "",
        imageUrl,
      });
    }
  });

  it.each([
    ["markup stays text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ["direction controls go", "Ada\u202egnp.exe\u2066", "Adagnp.exe"],
    ["lines become spaces", "  Ada\n\tLovelace ", "Ada Lovelace"],
    ["a blank name becomes Someone, not a part of the address", "\u200b \u3164", "Someone"],
    ["a long name is cut", "a".repeat(200), "a".repeat(80)],
  ])("cleans names: %s", async (_, given, stored) => {
    const user = await signIn(startBackEnd(), "ada", given).mutation(api.users.syncUser, {});
    expect(user.name).toBe(stored);
  });

  it("calls a person without name and mail Someone, and refuses a picture that is no address", async () => {
    const nobody = startBackEnd().withIdentity({
      subject: "n",
      pictureUrl: "javascript:alert(1)",
    });
    expect(await nobody.mutation(api.users.syncUser, {})).toEqual({
      clerkId: "n",
      name: "Someone",
      email: "",
      imageUrl: null,
    });
  });
});

describe("getAllUsers", () => {
  it("lists the others by name, a page at a time, without mail addresses", async () => {
    const backEnd = startBackEnd();
    const ada = await join(backEnd, "ada");
    for (const userId of ["dan", "bob", "cyd"]) await join(backEnd, userId);
    const first = await ada.query(api.users.getAllUsers, {
      paginationOpts: { numItems: 2, cursor: null },
    });
    expect(first.page).toEqual([
      { clerkId: "bob", name: "Bob", imageUrl: null, isDeleted: false },
      { clerkId: "cyd", name: "Cyd", imageUrl: null, isDeleted: false },
    ]);
    expect(first.isDone).toBe(false);
    const second = await ada.query(api.users.getAllUsers, {
      paginationOpts: { numItems: 2, cursor: first.continueCursor },
    });
    expect(second.page.map(({ name }) => name)).toEqual(["Dan"]);
  });

  it("finds people by the beginning of any word of their name, each once", async () => {
    const backEnd = startBackEnd();
    const ada = await join(backEnd, "ada", "Ada Lovelace");
    await join(backEnd, "ann", "Anna Andersson");
    await join(backEnd, "joh", "Johann Andrä");
    await join(backEnd, "bob", "Bob");
    const found = async (search: string) => {
      const { page } = await ada.query(api.users.getAllUsers, {
        paginationOpts: wholePage,
        search,
      });
      return page.map(({ name }) => name).sort();
    };
    expect(await found("an")).toEqual(["Anna Andersson", "Johann Andrä"]);
    expect(await found(" ANNA  and")).toEqual(["Anna Andersson"]);
    expect(await found("anders")).toEqual(["Anna Andersson"]);
    expect(await found("love")).toEqual([]);
    expect(await found("nna")).toEqual([]);
    expect(await found("  ")).toEqual(["Anna Andersson", "Bob", "Johann Andrä"]);
    await join(backEnd, "ann", "Berta");
    expect(await found("an")).toEqual(["Johann Andrä"]);
    expect(await found("ber")).toEqual(["Berta"]);
    const stored = await backEnd.run(async (ctx) => ctx.db.query("userSearchTerms").collect());
    const terms = stored.filter(({ clerkId }) => clerkId === "ann").map(({ term }) => term);
    expect(terms).toEqual(["berta"]);
  });

  it("refuses a search longer than any name", async () => {
    const ada = await join(startBackEnd(), "ada");
    const search = (length: number) =>
      ada.query(api.users.getAllUsers, {
        paginationOpts: wholePage,
        search: "x".repeat(length),
      });
    expect((await search(80)).page).toEqual([]);
    expect(await refusal(search(81))).toEqual({ code: "too_long", field: "search", max: 80 });
  });
});

describe("getUser and getUsers", () => {
  it("answer public profiles, and nobody for an unknown id", async () => {
    const backEnd = startBackEnd();
    const ada = await join(backEnd, "ada");
    await join(backEnd, "bob");
    const bob = { clerkId: "bob", name: "Bob", imageUrl: null, isDeleted: false };
    expect(await ada.query(api.users.getUser, { userId: "bob" })).toEqual(bob);
    expect(await ada.query(api.users.getUser, { userId: "eve" })).toBeNull();
    expect(await ada.query(api.users.getUsers, { userIds: ["eve", "bob", "bob"] })).toEqual([bob]);
  });

  it("take 100 ids and refuse 101", async () => {
    const ada = await join(startBackEnd(), "ada");
    const ids = (length: number) => Array.from({ length }, (_, index) => `user${index}`);
    const refused = { code: "too_many", field: "userIds", max: 100 };
    expect(await ada.query(api.users.getUsers, { userIds: ids(100) })).toEqual([]);
    expect(await refusal(ada.query(api.users.getUsers, { userIds: ids(101) }))).toEqual(refused);
    expect(await ada.query(api.users.getPresence, { userIds: ids(100) })).toHaveLength(100);
    expect(await refusal(ada.query(api.users.getPresence, { userIds: ids(101) }))).toEqual(refused);
    const endless = "x".repeat(600);
    expect(await ada.query(api.users.getUser, { userId: endless })).toBeNull();
    expect(await refusal(ada.query(api.users.getPresence, { userIds: [endless] }))).toEqual({
      code: "too_long",
      field: "userIds",
      max: 520,
    });
  });
});

describe("setStatus", () => {
  it("shows others one clean line, which a blank one and the end of the account take away", async () => {
    const backEnd = startBackEnd();
    const ada = await join(backEnd, "ada");
    const bob = await join(backEnd, "bob");
    const seen = async () =>
      (await bob.query(api.users.getUsers, { userIds: ["ada"] })).map((user) => user.statusText);
    await ada.mutation(api.users.setStatus, { statusText: "  At\nsea\u202e " });
    expect(await seen()).toEqual(["At sea"]);
    expect(await ada.query(api.users.getCurrentUser, {})).toMatchObject({ statusText: "At sea" });
    // A new name from the identity service leaves the line where it is.
    await join(backEnd, "ada", "Ada King");
    expect(await seen()).toEqual(["At sea"]);
    await ada.mutation(api.users.setStatus, { statusText: " " });
    expect(await seen()).toEqual([undefined]);
  });

  it("refuses a line longer than lists can show", async () => {
    const ada = await join(startBackEnd(), "ada");
    const set = (length: number) =>
      ada.mutation(api.users.setStatus, { statusText: "x".repeat(length) });
    expect(await set(100)).toBeNull();
    expect(await refusal(set(101))).toEqual({ code: "too_long", field: "statusText", max: 100 });
  });
});

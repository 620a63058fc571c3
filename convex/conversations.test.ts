import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "./_generated/api";
import {
  conversationsOf,
  join,
  messagesOf,
  type Person,
  refusal,
  send,
  signIn,
  startBackEnd,
  startWorld,
} from "./test.setup";

const open = (person: Person, participantIds: string[]) =>
  person.mutation(api.conversations.getOrCreateConversation, { participantIds });
const createGroup = (person: Person, groupName: string, participantIds: string[]) =>
  person.mutation(api.conversations.createGroup, { groupName, participantIds });
const describeTo = (person: Person, conversationId: string) =>
  person.query(api.conversations.getConversation, { conversationId });

const profile = (clerkId: string, name: string) => ({
  clerkId,
  name,
  imageUrl: null,
  isDeleted: false,
});

afterEach(() => {
  vi.useRealTimers();
});

describe("getOrCreateConversation", () => {
  it("gives two people one conversation, whoever asks and in whichever order", async () => {
    const { backEnd, ada, bob, pair } = await startWorld();
    expect(pair).toBe("ada_bob");
    expect(await open(ada, ["bob", "ada"])).toBe(pair);
    expect(await open(bob, ["ada", "bob"])).toBe(pair);
    const rows = await backEnd.run(async (ctx) => ctx.db.query("conversations").collect());
    expect(rows.filter(({ isGroup }) => !isGroup)).toHaveLength(1);
  });

  it("gives two people one conversation when both ask at the same instant", async () => {
    const { backEnd, ada, cyd } = await startWorld();
    const ids = await Promise.all([open(ada, ["ada", "cyd"]), open(cyd, ["cyd", "ada"])]);
    expect(ids).toEqual(["ada_cyd", "ada_cyd"]);
    const left = await backEnd.run(async (ctx) => ({
      conversations: (await ctx.db.query("conversations").collect()).filter(
        ({ conversationId }) => conversationId === "ada_cyd",
      ).length,
      memberships: (await ctx.db.query("memberships").collect()).filter(
        ({ conversationId }) => conversationId === "ada_cyd",
      ).length,
    }));
    expect(left).toEqual({ conversations: 1, memberships: 2 });
  });

  it("makes the caller's row on the way, when the identity event is late", async () => {
    const { backEnd, bob } = await startWorld();
    const fay = signIn(backEnd, "fay");
    expect(await open(fay, ["bob", "fay"])).toBe("bob_fay");
    expect((await describeTo(bob, "bob_fay")).title).toBe("Fay");
  });

  it("keeps two pairs apart whose ids join to the same text", async () => {
    const backEnd = startBackEnd();
    for (const userId of ["a_b", "c", "a", "b_c"]) await join(backEnd, userId);
    const [first, second] = [signIn(backEnd, "a_b"), signIn(backEnd, "a")];
    const one = await open(first, ["a_b", "c"]);
    const other = await open(second, ["a", "b_c"]);
    expect(one).toBe("a_b_c");
    expect(other).not.toBe(one);
    expect(await open(signIn(backEnd, "b_c"), ["b_c", "a"])).toBe(other);
    expect(await refusal(describeTo(second, one))).toEqual({ code: "not_found" });
    expect((await describeTo(second, other)).title).toBe("B_c");
  });

  it("gives nobody a way into a conversation by an id made to measure", async () => {
    const { backEnd, ada, pair } = await startWorld();
    await send(ada, pair, "Secret");
    const spy = await join(backEnd, "ada_");
    await join(backEnd, "bo");
    const crafted = await open(spy, ["ada_", "bo"]);
    expect(await messagesOf(spy, crafted)).toEqual([]);
    expect(await refusal(messagesOf(spy, pair))).toEqual({ code: "not_found" });
  });

  it.each([
    [["bob", "cyd"], { code: "forbidden" }],
    [["ada", "ada"], { code: "invalid", field: "participantIds", reason: "same_person" }],
    [["ada"], { code: "invalid", field: "participantIds", reason: "malformed" }],
    [["ada", "bob", "cyd"], { code: "invalid", field: "participantIds", reason: "malformed" }],
    [["ada", "nobody"], { code: "not_found" }],
  ])("refuses %j", async (participantIds, expected) => {
    const { ada } = await startWorld();
    expect(await refusal(open(ada, participantIds))).toEqual(expected);
  });
});

describe("createGroup", () => {
  it("makes a group that its creator owns, each person in it once", async () => {
    const { ada, bob } = await startWorld();
    const group = await createGroup(ada, " Chess\u202e club ", ["bob", "cyd", "bob", "ada"]);
    expect(await describeTo(bob, group)).toEqual({
      conversationId: group,
      isGroup: true,
      title: "Chess club",
      groupName: "Chess club",
      participants: ["ada", "bob", "cyd"],
      members: [
        { userId: "ada", name: "Ada", imageUrl: null, role: "owner" },
        { userId: "bob", name: "Bob", imageUrl: null, role: "member" },
        { userId: "cyd", name: "Cyd", imageUrl: null, role: "member" },
      ],
      memberCount: 3,
      ...{ isBlocked: false, clearedSeq: 0, clearedAt: 0 },
      otherUser: null,
      myRole: "member",
    });
    expect(await createGroup(ada, "Chess club", ["bob", "cyd"])).not.toBe(group);
  });

  it("refuses a name that is blank or too long, and keeps one of 80 characters", async () => {
    const { ada } = await startWorld();
    const blank = { code: "invalid", field: "groupName", reason: "blank" };
    expect(await refusal(createGroup(ada, " \u200b\n", ["bob"]))).toEqual(blank);
    const longest = "x".repeat(80);
    expect((await describeTo(ada, await createGroup(ada, longest, ["bob"]))).title).toBe(longest);
    expect(await refusal(createGroup(ada, `${longest}x`, ["bob"]))).toEqual({
      code: "too_long",
      field: "groupName",
      max: 80,
    });
  });

  it("refuses a group of one, of a stranger, and of more than 256", async () => {
    const { ada } = await startWorld();
    expect(await refusal(createGroup(ada, "Me", ["ada"]))).toEqual({
      code: "invalid",
      field: "participantIds",
      reason: "too_few",
      min: 2,
    });
    expect(await refusal(createGroup(ada, "Us", ["bob", "nobody"]))).toEqual({ code: "not_found" });
    const crowd = Array.from({ length: 256 }, (_, index) => `user${index}`);
    expect(await refusal(createGroup(ada, "All", crowd))).toEqual({
      code: "too_many",
      field: "participantIds",
      max: 256,
    });
  });
});

describe("getConversation", () => {
  it("calls a one-to-one conversation by the other person, for each of the two", async () => {
    const { ada, bob, pair } = await startWorld();
    expect(await describeTo(ada, pair)).toEqual({
      conversationId: pair,
      isGroup: false,
      title: "Bob",
      groupName: null,
      participants: ["ada", "bob"],
      members: [
        { userId: "ada", name: "Ada", imageUrl: null, role: "member" },
        { userId: "bob", name: "Bob", imageUrl: null, role: "member" },
      ],
      memberCount: 2,
      ...{ isBlocked: false, clearedSeq: 0, clearedAt: 0 },
      otherUser: profile("bob", "Bob"),
      myRole: "member",
    });
    expect((await describeTo(bob, pair)).title).toBe("Ada");
  });
});

describe("getUserConversations", () => {
  it("shows each conversation as its member sees it, the newest message first", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22, 12) });
    const { ada, bob, cyd, eve, pair, group } = await startWorld();
    const created = Date.now();
    vi.setSystemTime(created + 5000);
    const messageId = await send(ada, pair, "  Good\n morning  ");
    const shared = { lastMessageAt: created, lastMessage: null, lastSeq: 0, unreadCount: 0 };
    expect(await conversationsOf(bob)).toEqual([
      {
        conversationId: pair,
        isGroup: false,
        groupName: null,
        participants: ["ada", "bob"],
        memberCount: 2,
        ...{ isBlocked: false, isMarkedUnread: false, clearedSeq: 0, clearedAt: 0 },
        otherUser: profile("ada", "Ada"),
        members: [],
        lastMessageAt: created + 5000,
        lastMessage: {
          messageId,
          senderId: "ada",
          content: "Good morning",
          sentAt: created + 5000,
          isDeleted: false,
        },
        lastSeq: 1,
        unreadCount: 1,
      },
      {
        conversationId: group,
        isGroup: true,
        groupName: "Tea",
        participants: ["ada", "bob", "cyd"],
        memberCount: 3,
        ...{ isBlocked: false, isMarkedUnread: false, clearedSeq: 0, clearedAt: 0 },
        otherUser: null,
        members: [profile("ada", "Ada"), profile("cyd", "Cyd")],
        ...shared,
      },
    ]);
    expect((await conversationsOf(ada)).map(({ unreadCount }) => unreadCount)).toEqual([0, 0]);
    expect((await conversationsOf(cyd)).map(({ conversationId }) => conversationId)).toEqual([
      group,
    ]);
    expect(await conversationsOf(eve)).toEqual([]);
  });

  it("cuts a long preview at 120 characters, never inside one", async () => {
    const { ada, pair } = await startWorld();
    await send(ada, pair, `${"x".repeat(119)}😀 and more`);
    const [first] = await conversationsOf(ada);
    expect(first?.lastMessage?.content).toBe("x".repeat(119));
  });

  it("tiles the list with its pages, also after a conversation has moved to the top", async () => {
    const backEnd = startBackEnd();
    const ada = await join(backEnd, "ada");
    for (let index = 0; index < 5; index += 1) {
      await join(backEnd, `u${index}`);
      await send(ada, await open(ada, ["ada", `u${index}`]));
    }
    const page = async (cursor: string | null, numItems = 2, endCursor?: string) => {
      const paginationOpts = endCursor ? { numItems, cursor, endCursor } : { numItems, cursor };
      const found = await ada.query(api.conversations.getUserConversations, { paginationOpts });
      return { ...found, page: found.page.map((row) => row.otherUser?.clerkId) };
    };
    const first = await page(null);
    expect(first).toMatchObject({ page: ["u4", "u3"], isDone: false });
    const second = await page(first.continueCursor);
    expect(second).toMatchObject({ page: ["u2", "u1"], isDone: false });
    expect(await page(second.continueCursor)).toMatchObject({ page: ["u0"], isDone: true });
    await send(ada, "ada_u0");
    expect((await page(null)).page).toEqual(["u0", "u4"]);
    expect((await page(first.continueCursor)).page).toEqual(["u3", "u2"]);
    expect((await page(second.continueCursor)).page).toEqual(["u1"]);
    expect((await page(null, 2, second.continueCursor)).page).toEqual(["u0", "u4", "u3", "u2"]);
    expect(await page("999999")).toMatchObject({ page: [], isDone: true });
    expect((await page("not a cursor")).page).toEqual(["u0", "u4"]);
    expect(await page(null, 5)).toMatchObject({ isDone: true });
    expect(await page(null, 4)).toMatchObject({ isDone: false });
    expect((await page(null, -5)).page).toEqual(["u0"]);
    expect((await page(null, 1e9)).page).toHaveLength(5);
  });
});

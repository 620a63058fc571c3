import { anyApi, type FunctionReference } from "convex/server";
import { describe, expect, it } from "vitest";
import { messagesOf, modules, refusal, send, startWorld } from "./test.setup";

type World = Awaited<ReturnType<typeof startWorld>> & { messageId: string };
type Args = Record<string, unknown>;
type PublicFunction = { module: string; name: string; isQuery: boolean; argNames: string[] };

const page = { paginationOpts: { numItems: 10, cursor: null } };

/** Arguments with which Ada's call is accepted, for every public function there is. */
const acceptedArgs: Record<string, (world: World) => Args> = {
  "conversations.createGroup": () => ({ groupName: "Two", participantIds: ["bob"] }),
  "conversations.getConversation": ({ pair }) => ({ conversationId: pair }),
  "conversations.getOrCreateConversation": () => ({ participantIds: ["ada", "cyd"] }),
  "conversations.getReadMarks": ({ pair }) => ({ conversationId: pair }),
  "conversations.getUnreadCounts": () => ({}),
  "conversations.getUserConversations": () => page,
  "conversations.clearConversation": ({ pair }) => ({ conversationId: pair }),
  "conversations.markAsUnread": ({ pair }) => ({ conversationId: pair }),
  "groups.addMembers": ({ group }) => ({ conversationId: group, userIds: ["eve"] }),
  "groups.leaveGroup": ({ group }) => ({ conversationId: group }),
  "groups.removeMember": ({ group }) => ({ conversationId: group, userId: "bob" }),
  "groups.renameGroup": ({ group }) => ({ conversationId: group, groupName: "Coffee" }),
  "groups.setMemberRole": ({ group }) => ({ conversationId: group, userId: "bob", role: "admin" }),
  "messages.deleteMessages": ({ messageId }) => ({ messageIds: [messageId] }),
  "messages.editMessage": ({ messageId }) => ({ messageId, content: "Edited" }),
  "messages.getMessage": ({ messageId }) => ({ messageId }),
  "messages.getMessagesBetween": ({ pair }) => ({
    conversationId: pair,
    from: "before",
    numItems: 10,
  }),
  "messages.getMessages": ({ pair }) => ({ conversationId: pair, ...page }),
  "messages.getReadBy": ({ messageId }) => ({ messageId }),
  "messages.getEdits": ({ messageId }) => ({ messageId }),
  "messages.markConversationsAsRead": ({ pair }) => ({ conversationIds: [pair] }),
  "messages.markMessageAsRead": ({ messageId }) => ({ messageId }),
  "messages.sendMessage": ({ pair }) => ({ conversationId: pair, content: "Hi" }),
  "messages.toggleReaction": ({ messageId }) => ({ messageId, emoji: "👍" }),
  "search.searchConversation": ({ pair }) => ({ conversationId: pair, search: "hello" }),
  "search.searchMessages": () => ({ search: "hello", cursor: null }),
  "settings.getSettings": () => ({}),
  "settings.updateSettings": () => ({ sharesTyping: false }),
  "typingStates.clearTypingState": ({ pair }) => ({ conversationId: pair }),
  "typingStates.getTypingState": ({ pair }) => ({ conversationId: pair }),
  "typingStates.setTypingState": ({ pair }) => ({ conversationId: pair }),
  "users.blockUser": () => ({ userId: "bob" }),
  "users.endPresence": () => ({ tabId: "one" }),
  "users.getAllUsers": () => page,
  "users.getCurrentUser": () => ({}),
  "users.getBlockedUsers": () => ({}),
  "users.getPresence": () => ({ userIds: ["bob"] }),
  "users.getUser": () => ({ userId: "bob" }),
  "users.getUsers": () => ({ userIds: ["bob"] }),
  "users.sendHeartbeat": () => ({ tabId: "one" }),
  "users.syncUser": () => ({}),
  "users.unblockUser": () => ({ userId: "bob" }),
};

const publicFunctions = await findPublicFunctions();
const guardedArgs = ["conversationId", "conversationIds", "messageId", "messageIds"];

describe("every public function", () => {
  it("is in the table of this test, and nothing else is", () => {
    const found = publicFunctions.map(({ module, name }) => `${module}.${name}`);
    expect(found.sort()).toEqual(Object.keys(acceptedArgs).sort());
  });

  it.each(publicFunctions)("$module.$name answers Ada and refuses nobody's token", async (fn) => {
    const world = await startTalk();
    const args = argsOf(fn, world);
    await expect(call(world.backEnd, fn, args).catch(refusalCode)).resolves.toBe("unauthenticated");
    await expect(call(world.ada, fn, args)).resolves.toBeDefined();
  });
});

describe("every function that names a conversation or a message", () => {
  const guarded = publicFunctions.filter((fn) =>
    fn.argNames.some((name) => guardedArgs.includes(name)),
  );

  it("is found by its arguments", () => {
    expect(guarded.length).toBeGreaterThanOrEqual(13);
  });

  it.each(guarded)(
    "$module.$name reads the same to a stranger as what is not there",
    async (fn) => {
      const world = await startTalk();
      const before = await messagesOf(world.ada, world.pair);
      expect(await refusal(call(world.eve, fn, argsOf(fn, world)))).toEqual({ code: "not_found" });
      const endless = { ...world, pair: "x".repeat(600), group: "x".repeat(600) };
      if (fn.argNames.includes("conversationId")) {
        expect(await refusal(call(world.eve, fn, argsOf(fn, endless)))).toEqual({
          code: "not_found",
        });
      }
      const nowhere = await startNowhere(world);
      expect(await refusal(call(world.eve, fn, argsOf(fn, nowhere)))).toEqual({
        code: "not_found",
      });
      expect(await messagesOf(world.ada, world.pair)).toEqual(before);
    },
  );
});

async function startTalk(): Promise<World> {
  const world = await startWorld();
  return { ...world, messageId: await send(world.ada, world.pair) };
}

/** The same world with the ids of a conversation and a message that are not there any more. */
async function startNowhere(world: World): Promise<World> {
  const messageId = await send(world.ada, world.group);
  await world.backEnd.run(async (ctx) => await ctx.db.delete(messageId));
  return { ...world, pair: "nobody_nowhere", group: "group:nowhere", messageId };
}

function argsOf({ module, name }: PublicFunction, world: World): Args {
  const make = acceptedArgs[`${module}.${name}`];
  return make === undefined ? expect.fail(`${module}.${name} has no row`) : make(world);
}

type Caller = Pick<World["ada"], "query" | "mutation">;

async function call(caller: Caller, fn: PublicFunction, args: Args): Promise<unknown> {
  const reference: unknown = anyApi[fn.module]?.[fn.name];
  return fn.isQuery
    ? await caller.query(reference as FunctionReference<"query">, args)
    : await caller.mutation(reference as FunctionReference<"mutation">, args);
}

async function refusalCode(thrown: unknown): Promise<string> {
  return (await refusal(Promise.reject(thrown))).code;
}

/** Reads the public functions out of the modules themselves, so that a new one cannot be forgotten. */
async function findPublicFunctions(): Promise<PublicFunction[]> {
  const found: PublicFunction[] = [];
  for (const [path, load] of Object.entries(modules)) {
    if (path.includes("_generated")) continue;
    const module = path.replace(/^\.\/|\.ts$/gu, "");
    for (const [name, exported] of Object.entries((await load()) as object)) {
      if (!isPublicFunction(exported)) continue;
      const args: { type: string; value?: object } = JSON.parse(exported.exportArgs());
      const argNames = Object.keys(args.type === "object" ? (args.value ?? {}) : {});
      found.push({ module, name, isQuery: exported.isQuery === true, argNames });
    }
  }
  return found;
}

function isPublicFunction(
  exported: unknown,
): exported is { isPublic: true; isQuery?: boolean; exportArgs: () => string } {
  return typeof exported === "function" && "isPublic" in exported && exported.isPublic === true;
}

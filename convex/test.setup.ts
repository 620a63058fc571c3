import { convexTest } from "convex-test";
import { expect, vi } from "vitest";
import { type Refusal, refusalOf } from "../shared/error-codes";
import { api } from "./_generated/api";
import schema from "./schema";

// A busy machine is slow, not wrong: these tests measure nothing.
vi.setConfig({ testTimeout: 30_000 });

/** The functions as they are deployed: files with two dots in their name are not. */
export const modules = import.meta.glob(["./**/*.ts", "./_generated/*.js", "!./**/*.*.ts"]);

export type FoundFunction = {
  path: string;
  kind: "query" | "mutation" | "action";
  argNames: string[];
};

/** Reads the functions out of the modules themselves, so that a new one cannot be forgotten. */
export async function findFunctions(
  visibility: "isPublic" | "isInternal",
): Promise<FoundFunction[]> {
  const found: FoundFunction[] = [];
  for (const [file, load] of Object.entries(modules)) {
    if (file.includes("_generated")) continue;
    const module = file.replace(/^\.\/|\.ts$/gu, "");
    for (const [name, exported] of Object.entries((await load()) as object)) {
      if (typeof exported !== "function" || exported[visibility] !== true) continue;
      if (!("exportArgs" in exported)) continue;
      const args = JSON.parse(exported.exportArgs());
      const argNames = Object.keys(args.type === "object" ? (args.value ?? {}) : {});
      const kind = exported.isQuery ? "query" : exported.isMutation ? "mutation" : "action";
      found.push({ path: `${module}:${name}`, kind, argNames });
    }
  }
  return found;
}

/** A back end of its own for one test. */
export function startBackEnd() {
  return convexTest(schema, modules);
}

export type BackEnd = ReturnType<typeof startBackEnd>;
export type Person = ReturnType<BackEnd["withIdentity"]>;

/** Signs somebody in, who then has a row of their own. */
export async function join(backEnd: BackEnd, userId: string, name = nameOf(userId)) {
  const person = signIn(backEnd, userId, name);
  await person.mutation(api.users.syncUser, {});
  return person;
}

/** Somebody with a valid token whose row nobody has made yet. */
export function signIn(backEnd: BackEnd, userId: string, name = nameOf(userId)): Person {
  return backEnd.withIdentity({ subject: userId, name, email: `${userId}@example.org` });
}

/**
 * Ada and Bob talk one-to-one; Ada owns a group of the three; Eve is a stranger to both.
 */
export async function startWorld() {
  const backEnd = startBackEnd();
  const ada = await join(backEnd, "ada");
  const bob = await join(backEnd, "bob");
  const cyd = await join(backEnd, "cyd");
  const eve = await join(backEnd, "eve");
  const pair = await ada.mutation(api.conversations.getOrCreateConversation, {
    participantIds: ["ada", "bob"],
  });
  const group = await ada.mutation(api.conversations.createGroup, {
    groupName: "Tea",
    participantIds: ["bob", "cyd"],
  });
  return { backEnd, ada, bob, cyd, eve, pair, group };
}

export const wholePage = { numItems: 100, cursor: null };

export async function send(person: Person, conversationId: string, content = "Hello") {
  return await person.mutation(api.messages.sendMessage, { conversationId, content });
}

/** All messages of a conversation, oldest first, as the person sees them. */
export async function messagesOf(person: Person, conversationId: string) {
  const { page } = await person.query(api.messages.getMessages, {
    conversationId,
    paginationOpts: wholePage,
  });
  return page.reverse();
}

export async function conversationsOf(person: Person) {
  const listed = await person.query(api.conversations.getUserConversations, {
    paginationOpts: wholePage,
  });
  return listed.page;
}

/** Expects the call to be refused, by one of our own refusals, and answers which. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    (value) => expect.fail(`not refused, but answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  return refusalOf(error) ?? expect.fail(`not a refusal: ${String(error)}`);
}

function nameOf(userId: string): string {
  return userId.charAt(0).toUpperCase() + userId.slice(1);
}

import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { refusalOf } from "@/shared/error-codes";
import type { Account, Provider, Session } from "./provider-rig";

/** People with stock clients on live sockets, and what they are shown. */

export type Person = { account: Account; client: ConvexClient; userId: string };

export async function enter(provider: Provider, name: string): Promise<Person> {
  const account = await provider.enter(name);
  const client = await device(provider, account.first);
  const me = (await ask(client, "users:getCurrentUser")) as { clerkId: string };
  return { account, client, userId: me.clerkId };
}

export async function device(provider: Provider, session: Session): Promise<ConvexClient> {
  const client = provider.connect(session.token);
  await client.mutation(mutation("users:syncUser"), {});
  return client;
}

export async function pair(one: Person, other: Person): Promise<string> {
  const participantIds = [one.userId, other.userId];
  const open = mutation("conversations:getOrCreateConversation");
  return String(await one.client.mutation(open, { participantIds }));
}

export async function say(
  { client }: Person,
  conversationId: string,
  content: string,
): Promise<void> {
  await client.mutation(mutation("messages:sendMessage"), { conversationId, content });
}

export type Watched = {
  values: unknown[];
  refusals: string[];
  until: (isSo: (watched: Watched) => boolean) => Promise<void>;
};

export const has = (text: string) => (watched: Watched) =>
  JSON.stringify(watched.values).includes(text);

export function watchRoom(client: ConvexClient, conversationId: string): Watched {
  const paginationOpts = { numItems: 30, cursor: null };
  return watch(client, "messages:getMessages", { conversationId, paginationOpts });
}

export function watch(client: ConvexClient, name: string, args: Record<string, unknown>): Watched {
  const waiting: Array<() => void> = [];
  const watched: Watched = {
    values: [],
    refusals: [],
    until: async (isSo) => {
      while (!isSo(watched)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
  const news = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  client.onUpdate(
    makeFunctionReference<"query">(name),
    args,
    (value) => {
      watched.values.push(value);
      news();
    },
    (error) => {
      watched.refusals.push(refusalOf(error)?.code ?? String(error));
      news();
    },
  );
  return watched;
}

export function ask(client: ConvexClient, name: string, args: Record<string, unknown> = {}) {
  return client.query(makeFunctionReference<"query">(name), args) as Promise<unknown>;
}

export function mutation(name: string) {
  return makeFunctionReference<"mutation">(name);
}

// Signs up the people of the product bench and lets them meet, through Parley's public doors only.
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Dialect, Member, QueryCall } from "./load-protocol";

const AT_ONCE = 4;
const PRESENCE_SHOWN = 50;

export interface Account {
  name: string;
  cookie: string;
  userId: string;
}

export function productDialect(url: string): Dialect {
  return {
    kind: "convex",
    url: `${url}/convex`,
    sendPath: "messages:sendMessage",
    listPath: "messages:getMessages",
    roomField: "conversationId",
    contentField: "content",
    hasAuthor: false,
    isPaginated: true,
    heartbeatPath: "users:sendHeartbeat",
  };
}

export async function signUpPeople(url: string, count: number): Promise<Account[]> {
  return inGroups(inOrder(count), async (n) => {
    const name = `Person ${n + 1}`;
    const response = await fetch(`${url}/api/auth/sign-up/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({
        name,
        email: `person${n + 1}@example.org`,
        password: "bench bench bench",
      }),
    });
    if (!response.ok)
      throw new Error(`Sign-up answered ${response.status}: ${await response.text()}`);
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const client = await clientOf(url, cookie);
    await client.mutation(makeFunctionReference<"mutation">("users:syncUser"), {});
    const user = (await client.query(
      makeFunctionReference<"query">("users:getCurrentUser"),
      {},
    )) as {
      clerkId: string;
    };
    return { name, cookie, userId: user.clerkId };
  });
}

/** Spreads the people over conversations of `size`, each with the subscriptions of an open browser. */
export async function meet(url: string, accounts: Account[], size: number): Promise<Member[]> {
  const groups: Account[][] = [];
  for (let at = 0; at + size <= accounts.length; at += size)
    groups.push(accounts.slice(at, at + size));
  const rooms = await inGroups(groups, async (group) => {
    const [first, ...others] = group as [Account, ...Account[]];
    if (size === 2) return openPair(url, first, others[0]!);
    const client = await clientOf(url, first.cookie);
    return (await client.mutation(makeFunctionReference<"mutation">("conversations:createGroup"), {
      groupName: `Room of ${size}`,
      participantIds: others.map((account) => account.userId),
    })) as string;
  });
  const pairs = groups.flatMap((group, n) =>
    group.map((account) => ({ account, group, room: rooms[n] ?? "" })),
  );
  return inGroups(pairs, async ({ account, group, room }) => ({
    room,
    author: account.userId,
    token: await tokenOf(url, account.cookie),
    otherQueries: browserQueries(room, account, group),
  }));
}

/** What a signed-in browser with an open conversation subscribes to, besides the messages. */
function browserQueries(conversationId: string, self: Account, group: Account[]): QueryCall[] {
  const others = group.filter((account) => account !== self).slice(0, PRESENCE_SHOWN);
  return [
    { path: "users:getCurrentUser", args: {} },
    {
      path: "conversations:getUserConversations",
      args: { paginationOpts: { numItems: 30, cursor: null, id: 2 } },
    },
    { path: "conversations:getUnreadCounts", args: {} },
    { path: "conversations:getConversation", args: { conversationId } },
    { path: "conversations:getReadMarks", args: { conversationId } },
    { path: "typingStates:getTypingState", args: { conversationId } },
    ...others.map(({ userId }) => ({ path: "users:getPresence", args: { userIds: [userId] } })),
  ];
}

export async function clientOf(url: string, cookie: string): Promise<ConvexHttpClient> {
  const client = new ConvexHttpClient(`${url}/convex`);
  client.setAuth(await tokenOf(url, cookie));
  return client;
}

/** The one-to-one conversation of two people. */
export async function openPair(url: string, one: Account, other: Account): Promise<string> {
  const client = await clientOf(url, one.cookie);
  return (await client.mutation(
    makeFunctionReference<"mutation">("conversations:getOrCreateConversation"),
    { participantIds: [one.userId, other.userId] },
  )) as string;
}

export const inOrder = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

async function tokenOf(url: string, cookie: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/token`, { headers: { cookie } });
  const body = (await response.json()) as { token: string };
  return body.token;
}

async function inGroups<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(act))));
  }
  return results;
}

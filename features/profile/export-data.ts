import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { api } from "@/convex/_generated/api";

/** Asks the back end once, as `client.query` does. */
export type AskOnce = <Query extends FunctionReference<"query">>(
  query: Query,
  args: FunctionArgs<Query>,
) => Promise<FunctionReturnType<Query>>;

export type ExportOptions = {
  ask: AskOnce;
  userId: string;
  /** What the identity service keeps about the account. */
  readAccount: () => Promise<unknown>;
  /** Milliseconds. */
  exportedAt: number;
  onProgress: (done: { conversations: number; messages: number }) => void;
  signal: AbortSignal;
};

const PAGE_ITEMS = 100;
/** A page that says forever that there is more would never end. */
const PAGES_MAX = 100_000;

/**
 * Everything that is one's own: account, settings, whom one has blocked, in which conversations one is,
 * and one's own messages in them; never what others wrote. Asked for in bounded pages, one after the
 * other, so that an export costs others nothing that scrolling would not.
 *
 * Messages that were deleted are gone and are not in it.
 */
export async function collectData(options: ExportOptions) {
  const { ask, userId, onProgress, signal } = options;
  const [account, profile, settings, blocked] = await Promise.all([
    options.readAccount(),
    ask(api.users.getCurrentUser, {}),
    ask(api.settings.getSettings, {}),
    ask(api.users.getBlockedUsers, {}),
  ]);
  const conversations = [];
  let messageCount = 0;
  const listed = pagesOf(signal, (paginationOpts) =>
    ask(api.conversations.getUserConversations, { paginationOpts }),
  );
  for await (const { conversationId, isGroup, groupName, otherUser, participants } of listed) {
    const messages = [];
    const log = pagesOf(signal, (paginationOpts) =>
      ask(api.messages.getMessages, { conversationId, paginationOpts }),
    );
    for await (const message of log) {
      if (message.senderId !== userId || message.isDeleted || message.event) continue;
      const { _id, content, sentAt, editedAt, quote } = message;
      messages.push({
        ...{ id: _id, content, sentAt: toDate(sentAt) },
        ...(editedAt !== undefined && { editedAt: toDate(editedAt) }),
        ...(quote && { inAnswerTo: quote.messageId }),
      });
    }
    messageCount += messages.length;
    conversations.push({
      ...{ conversationId, isGroup, name: isGroup ? groupName : (otherUser?.name ?? null) },
      // Pages come newest first; people read from the beginning.
      ...{ participants, messages: messages.reverse() },
    });
    onProgress({ conversations: conversations.length, messages: messageCount });
  }
  return {
    exportedAt: toDate(options.exportedAt),
    ...{ account, profile, settings },
    blocked: blocked.map(({ clerkId, name }) => ({ userId: clerkId, name })),
    conversations,
  };
}

type PaginationOptions = { numItems: number; cursor: string | null };

async function* pagesOf<Item>(
  signal: AbortSignal,
  ask: (
    options: PaginationOptions,
  ) => Promise<{ page: Item[]; isDone: boolean; continueCursor: string }>,
): AsyncGenerator<Item> {
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    signal.throwIfAborted();
    const { page, isDone, continueCursor } = await ask({ numItems: PAGE_ITEMS, cursor });
    yield* page;
    if (isDone) return;
    cursor = continueCursor;
  }
}

function toDate(ms: number): string {
  return new Date(ms).toISOString();
}

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
 * Everything that is one's own: account, settings, whom one has blocked, in which conversations one is
 * (hidden ones too) with what one has read and chosen there, one's own messages in them, and the reports
 * that one has made; never what others wrote. Asked for in bounded pages, one after the other, so that
 * an export costs others nothing that scrolling would not.
 *
 * Messages that were deleted, and those in groups that one has left, are not in it.
 */
export async function collectData(options: ExportOptions) {
  const { ask, onProgress, signal } = options;
  const [account, profile, settings, blocked] = await Promise.all([
    options.readAccount(),
    ask(api.users.getCurrentUser, {}),
    ask(api.settings.getSettings, {}),
    ask(api.users.getBlockedUsers, {}),
  ]);
  const conversations = [];
  let messageCount = 0;
  const all = pagesOf(signal, (paginationOpts) =>
    ask(api.exports.getOwnConversations, { paginationOpts }),
  );
  for await (const { joinedAt, readUntil, clearedUntil, ...conversation } of all) {
    const messages = await ownMessages(options, conversation.conversationId);
    messageCount += messages.length;
    const times = {
      ...{ joinedAt: toDate(joinedAt), readUntil: toDateOrNull(readUntil) },
      clearedUntil: toDateOrNull(clearedUntil),
    };
    conversations.push({ ...conversation, ...times, messages });
    onProgress({ conversations: conversations.length, messages: messageCount });
  }
  const reports = [];
  const made = pagesOf(signal, (paginationOpts) =>
    ask(api.reports.getOwnReports, { paginationOpts }),
  );
  for await (const { subjectId, reportedAt, ...report } of made) {
    reports.push({ userId: subjectId, ...report, reportedAt: toDate(reportedAt) });
  }
  return {
    exportedAt: toDate(options.exportedAt),
    ...{ account, profile, settings },
    blocked: blocked.map(({ clerkId, name }) => ({ userId: clerkId, name })),
    ...{ conversations, reports },
  };
}

/** What the caller has written in a conversation and not deleted, oldest first. */
async function ownMessages({ ask, userId, signal }: ExportOptions, conversationId: string) {
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
  // Pages come newest first; people read from the beginning.
  return messages.reverse();
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

function toDateOrNull(ms: number | null): string | null {
  return ms === null ? null : toDate(ms);
}

import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { api } from "@/convex/_generated/api";

/** Asks the back end once, as `client.query` does. */
export type AskOnce = <Query extends FunctionReference<"query">>(
  query: Query,
  args: FunctionArgs<Query>,
) => Promise<FunctionReturnType<Query>>;

export type ExportOptions = {
  ask: AskOnce;
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
 * (hidden ones too) with what one has read and chosen there, one's own messages, also in groups that one
 * has left, and the reports that one has made; never what others wrote, nor what was deleted. Asked for
 * in bounded pages, one after the other, so that an export costs others nothing that scrolling would not.
 */
export async function collectData(options: ExportOptions) {
  const { ask, onProgress, signal } = options;
  const [account, profile, settings, blocked] = await Promise.all([
    options.readAccount(),
    ask(api.users.getCurrentUser, {}),
    ask(api.settings.getSettings, {}),
    ask(api.users.getBlockedUsers, {}),
  ]);
  const written = await ownMessages(options);
  const conversations = [];
  const all = pagesOf(signal, (paginationOpts) =>
    ask(api.exports.getOwnConversations, { paginationOpts }),
  );
  for await (const { joinedAt, readUntil, clearedUntil, ...conversation } of all) {
    const { conversationId } = conversation;
    const messages = written.of.get(conversationId) ?? [];
    written.of.delete(conversationId);
    const times = {
      ...{ joinedAt: toDate(joinedAt), readUntil: toDateOrNull(readUntil) },
      clearedUntil: toDateOrNull(clearedUntil),
    };
    conversations.push({ ...conversation, ...times, messages });
    onProgress({ conversations: conversations.length, messages: written.count });
  }
  const formerConversations = [...written.of].map(([conversationId, messages]) => ({
    conversationId,
    messages,
  }));
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
    ...{ conversations, formerConversations, reports },
  };
}

type OwnMessage = {
  id: string;
  content: string;
  sentAt: string;
  editedAt?: string;
  inAnswerTo?: string;
};

/** What the caller has written and not deleted, by conversation, oldest first. */
async function ownMessages({ ask, onProgress, signal }: ExportOptions) {
  const of = new Map<string, OwnMessage[]>();
  let count = 0;
  const all = pagesOf(signal, (paginationOpts) =>
    ask(api.exports.getOwnMessages, { paginationOpts }),
  );
  for await (const { messageId, conversationId, content, sentAt, editedAt, replyTo } of all) {
    const message = {
      ...{ id: messageId, content, sentAt: toDate(sentAt) },
      ...(editedAt !== undefined && { editedAt: toDate(editedAt) }),
      ...(replyTo !== undefined && { inAnswerTo: replyTo }),
    };
    const messages = of.get(conversationId);
    if (messages) messages.push(message);
    else of.set(conversationId, [message]);
    count += 1;
    if (count % PAGE_ITEMS === 0) onProgress({ conversations: 0, messages: count });
  }
  return { of, count };
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

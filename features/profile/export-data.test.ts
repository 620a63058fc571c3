import { getFunctionName } from "convex/server";
import { expect, test } from "vitest";
import { type AskOnce, collectData } from "./export-data";

/** A back end of 150 messages in the first of two conversations, that gives out pages as asked. */
function openBackEnd() {
  const messages = Array.from({ length: 150 }, (_, index) => ({
    ...{ _id: `m${index}`, senderId: index % 2 ? "bo" : "ada", content: `no ${index}` },
    ...{ sentAt: index, isDeleted: index === 4 },
    ...(index === 6 && { event: { type: "left" } }),
    ...(index === 8 && { editedAt: 9, quote: { messageId: "m7" } }),
  })).reverse();
  const own = { participants: ["ada", "bo"], role: "member", joinedAt: 1, isHidden: false };
  const conversations = [
    { ...own, conversationId: "c1", name: "Tea", readUntil: 5, clearedUntil: null },
    { ...own, conversationId: "c2", name: "Bo", readUntil: null, clearedUntil: 7, isHidden: true },
  ];
  const reports = [{ subjectId: "eve", reason: "spam", reportedAt: 3, isOpen: true }];
  const asked: string[] = [];
  const answer = (name: string, args: { conversationId?: string; paginationOpts: object }) => {
    switch (name) {
      case "exports:getOwnConversations":
        return pageOf(conversations, args.paginationOpts);
      case "reports:getOwnReports":
        return pageOf(reports, args.paginationOpts);
      case "messages:getMessages":
        return pageOf(args.conversationId === "c1" ? messages : [], args.paginationOpts);
      case "users:getBlockedUsers":
        return [{ clerkId: "eve", name: "Eve", imageUrl: null }];
      default:
        return { name };
    }
  };
  const ask = (async (query: Parameters<AskOnce>[0], args: never) => {
    asked.push(getFunctionName(query));
    return answer(getFunctionName(query), args);
  }) as unknown as AskOnce;
  return { ask, asked };
}

function pageOf(items: object[], options: object) {
  const { numItems, cursor } = options as { numItems: number; cursor: string | null };
  const start = Number(cursor ?? "0");
  const isDone = start + numItems >= items.length;
  return {
    page: items.slice(start, start + numItems),
    isDone,
    continueCursor: String(start + numItems),
  };
}

const atMs = (ms: number) => new Date(ms).toISOString();

const options = { userId: "ada", readAccount: async () => "account", exportedAt: 0 };

test("takes all pages, and of messages only one's own that still stand, oldest first", async () => {
  const { ask, asked } = openBackEnd();
  const progress: object[] = [];
  const { signal } = new AbortController();
  const data = await collectData({
    ...options,
    ask,
    signal,
    onProgress: (at) => progress.push(at),
  });
  expect(asked.filter((name) => name === "messages:getMessages")).toHaveLength(3);
  const [tea, bo] = data.conversations;
  expect([tea?.name, tea?.readUntil, tea?.clearedUntil]).toEqual(["Tea", atMs(5), null]);
  const hidden = { name: "Bo", isHidden: true, readUntil: null, clearedUntil: atMs(7) };
  expect(bo).toMatchObject({ ...hidden, messages: [] });
  expect(data.reports).toEqual([
    { userId: "eve", reason: "spam", reportedAt: atMs(3), isOpen: true },
  ]);
  expect(tea?.messages).toHaveLength(73);
  expect(tea?.messages.slice(0, 3)).toEqual([
    { id: "m0", content: "no 0", sentAt: "1970-01-01T00:00:00.000Z" },
    { id: "m2", content: "no 2", sentAt: "1970-01-01T00:00:00.002Z" },
    {
      ...{ id: "m8", content: "no 8", sentAt: "1970-01-01T00:00:00.008Z" },
      ...{ editedAt: "1970-01-01T00:00:00.009Z", inAnswerTo: "m7" },
    },
  ]);
  expect(data.blocked).toEqual([{ userId: "eve", name: "Eve" }]);
  expect(progress).toEqual([
    { conversations: 1, messages: 73 },
    { conversations: 2, messages: 73 },
  ]);
});

test("stops when it is not wanted any more", async () => {
  const { ask, asked } = openBackEnd();
  const controller = new AbortController();
  const collecting = collectData({
    ...{ ...options, ask, signal: controller.signal },
    onProgress: () => controller.abort(),
  });
  await expect(collecting).rejects.toThrow();
  expect(asked.filter((name) => name === "messages:getMessages")).toHaveLength(2);
});

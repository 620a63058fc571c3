import { getFunctionName } from "convex/server";
import { expect, test } from "vitest";
import { type AskOnce, collectData } from "./export-data";

/** A back end with 150 own messages in two conversations, one of which was left; pages as asked. */
function openBackEnd() {
  const messages = Array.from({ length: 150 }, (_, index) => ({
    ...{ messageId: `m${index}`, conversationId: index % 2 ? "gone" : "c1", sentAt: index },
    content: `no ${index}`,
    ...(index === 4 && { editedAt: 9, replyTo: "m3" }),
  }));
  const own = { participants: ["ada", "bo"], role: "member", joinedAt: 1, isHidden: false };
  const conversations = [
    { ...own, conversationId: "c1", name: "Tea", readUntil: 5, clearedUntil: null },
    { ...own, conversationId: "c2", name: "Bo", readUntil: null, clearedUntil: 7, isHidden: true },
  ];
  const reports = [{ subjectId: "eve", reason: "spam", reportedAt: 3, isOpen: true }];
  const asked: string[] = [];
  const answer = (name: string, args: { paginationOpts: object }) => {
    switch (name) {
      case "exports:getOwnConversations":
        return pageOf(conversations, args.paginationOpts);
      case "reports:getOwnReports":
        return pageOf(reports, args.paginationOpts);
      case "exports:getOwnMessages":
        return pageOf(messages, args.paginationOpts);
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

const options = { readAccount: async () => "account", exportedAt: 0 };

test("takes all pages, and puts each message where it stands, also in what one has left", async () => {
  const { ask, asked } = openBackEnd();
  const progress: object[] = [];
  const { signal } = new AbortController();
  const data = await collectData({
    ...options,
    ask,
    signal,
    onProgress: (at) => progress.push(at),
  });
  expect(asked.filter((name) => name === "exports:getOwnMessages")).toHaveLength(2);
  const [tea, bo] = data.conversations;
  expect([tea?.name, tea?.readUntil, tea?.clearedUntil]).toEqual(["Tea", atMs(5), null]);
  const hidden = { name: "Bo", isHidden: true, readUntil: null, clearedUntil: atMs(7) };
  expect(bo).toMatchObject({ ...hidden, messages: [] });
  expect(data.reports).toEqual([
    { userId: "eve", reason: "spam", reportedAt: atMs(3), isOpen: true },
  ]);
  expect(tea?.messages).toHaveLength(75);
  expect(tea?.messages.slice(1, 3)).toEqual([
    { id: "m2", content: "no 2", sentAt: "1970-01-01T00:00:00.002Z" },
    {
      ...{ id: "m4", content: "no 4", sentAt: "1970-01-01T00:00:00.004Z" },
      ...{ editedAt: "1970-01-01T00:00:00.009Z", inAnswerTo: "m3" },
    },
  ]);
  const [gone, ...others] = data.formerConversations;
  expect([gone?.conversationId, gone?.messages.length, others]).toEqual(["gone", 75, []]);
  expect(data.blocked).toEqual([{ userId: "eve", name: "Eve" }]);
  expect(progress).toEqual([
    { conversations: 0, messages: 100 },
    { conversations: 1, messages: 150 },
    { conversations: 2, messages: 150 },
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
  expect(asked.filter((name) => name.startsWith("exports:"))).toEqual(["exports:getOwnMessages"]);
});

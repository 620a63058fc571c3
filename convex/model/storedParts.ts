import { v } from "convex/values";

/** The parts of stored documents that answers show as they are stored. */

export const reaction = v.object({ emoji: v.string(), userId: v.string() });

export const memberRole = v.union(v.literal("owner"), v.literal("admin"), v.literal("member"));

/** What happened to a group; told by a line of its own among the messages. */
export const groupEvent = v.union(
  v.object({ type: v.literal("renamed"), groupName: v.string() }),
  v.object({ type: v.literal("added"), userIds: v.array(v.string()) }),
  v.object({ type: v.literal("removed"), userId: v.string() }),
  v.object({ type: v.literal("left") }),
  v.object({ type: v.literal("role"), userId: v.string(), role: memberRole }),
);

export type GroupEvent = typeof groupEvent.type;

/** The newest message as conversation lists show it. */
export const messagePreview = v.object({
  messageId: v.id("messages"),
  senderId: v.string(),
  content: v.string(),
  sentAt: v.number(),
  isDeleted: v.boolean(),
  event: v.optional(groupEvent),
});

/** Why somebody reports something. */
export const reportReason = v.union(
  ...(["spam", "abuse", "threat", "illegal", "impersonation", "other"] as const).map((reason) =>
    v.literal(reason),
  ),
);

/** What became of a report. */
export const reportOutcome = v.union(
  v.literal("dismissed"),
  v.literal("message_deleted"),
  v.literal("suspended"),
  v.literal("account_deleted"),
);

import { v } from "convex/values";

/** The parts of stored documents that answers show as they are stored. */

export const reaction = v.object({ emoji: v.string(), userId: v.string() });

export const memberRole = v.union(v.literal("owner"), v.literal("admin"), v.literal("member"));

/** The newest message as conversation lists show it. */
export const messagePreview = v.object({
  messageId: v.id("messages"),
  senderId: v.string(),
  content: v.string(),
  sentAt: v.number(),
  isDeleted: v.boolean(),
});

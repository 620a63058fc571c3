import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { settingFields } from "./model/settings";
import {
  groupEvent,
  memberRole,
  messagePreview,
  reaction,
  reportOutcome,
  reportReason,
} from "./model/storedParts";

/**
 * What is stored, one table a temperature: a row that changes with every message, heartbeat or key
 * press is never in the table that a page, a list or an access check reads, because a query runs again
 * whenever a row that it has read changes. Users are named by their identity's subject (`clerkId`).
 */
export default defineSchema({
  /** Who somebody is. Presence is elsewhere: a heartbeat must not re-run what reads a name. */
  users: defineTable({
    clerkId: v.string(),
    name: v.string(),
    /** The name as lists sort it and searches compare it. */
    sortName: v.string(),
    email: v.string(),
    imageUrl: v.union(v.string(), v.null()),
    /** One line that they say about themselves; missing for none. */
    statusText: v.optional(v.string()),
    /** A tombstone keeps the row, so that old messages still have an author. */
    isDeleted: v.boolean(),
    /** When the newest applied identity event happened; older ones are ignored. Milliseconds. */
    identityEventAt: v.number(),
  })
    .index("by_clerk_id", ["clerkId"])
    .index("by_listing", ["isDeleted", "sortName"]),

  /** One row for each word of a name: the rest of the name from that word on, for search by prefix. */
  userSearchTerms: defineTable({
    clerkId: v.string(),
    term: v.string(),
    wordIndex: v.number(),
  })
    .index("by_term", ["term"])
    .index("by_clerk_id", ["clerkId"]),

  /** Who is kept out although their token still reads as valid; see `model/accountLocks.ts`. */
  accountLocks: defineTable({
    userId: v.string(),
    state: v.union(v.literal("open"), v.literal("suspended"), v.literal("deleted")),
    /** Sessions that were ended lately, oldest first. Milliseconds. */
    endedSessions: v.array(v.object({ sessionId: v.string(), endedAt: v.number() })),
  }).index("by_user", ["userId"]),

  /** One row for each open tab; `getPresence` takes them together. */
  presence: defineTable({
    userId: v.string(),
    tabId: v.string(),
    lastSeen: v.number(),
    isGone: v.boolean(),
  }).index("by_user_and_tab", ["userId", "tabId"]),

  /** What stays about a conversation while people talk. */
  conversations: defineTable({
    conversationId: v.string(),
    participants: v.array(v.string()),
    isGroup: v.boolean(),
    groupName: v.union(v.string(), v.null()),
    createdBy: v.string(),
  }).index("by_conversation_id", ["conversationId"]),

  /** What every message changes about a conversation; one row for each. */
  conversationHeads: defineTable({
    conversationId: v.string(),
    /** The number of the newest message; 0 before the first. */
    lastSeq: v.number(),
    /** `sentAt` of the newest message; the time of creation before the first. */
    lastMessageAt: v.number(),
    lastMessage: v.union(messagePreview, v.null()),
    /** The highest number of a deleted message, 0 before any; missing where nobody has kept it. */
    lastDeletedSeq: v.optional(v.number()),
  }).index("by_conversation_id", ["conversationId"]),

  /** Who may see a conversation. Read by every access check, so nothing that moves lives here. */
  memberships: defineTable({
    conversationId: v.string(),
    userId: v.string(),
    role: memberRole,
    joinedAt: v.number(),
  })
    .index("by_conversation_and_user", ["conversationId", "userId"])
    .index("by_user", ["userId"]),

  messages: defineTable({
    conversationId: v.string(),
    senderId: v.string(),
    content: v.string(),
    /** Server time, strictly increasing within a conversation. */
    sentAt: v.number(),
    /** 1, 2, 3, … within a conversation, without gaps. */
    seq: v.number(),
    isDeleted: v.boolean(),
    editedAt: v.optional(v.number()),
    clientMessageId: v.optional(v.string()),
    /** The message of the same conversation that this one answers. */
    replyTo: v.optional(v.id("messages")),
    /** Only in lines about the group, which have no content; `senderId` is who did it. */
    event: v.optional(groupEvent),
    reactions: v.array(reaction),
    /** The content as the search index takes it; missing in messages that are older than search. */
    searchText: v.optional(v.string()),
  })
    .searchIndex("search_text", { searchField: "searchText", filterFields: ["conversationId"] })
    .index("by_conversation_id", ["conversationId"])
    .index("by_conversation_and_time", ["conversationId", "sentAt"])
    .index("by_sender", ["senderId"])
    .index("by_client_message_id", ["conversationId", "senderId", "clientMessageId"]),

  /** How far older messages have been made searchable; at most one row. See `model/searchFill.ts`. */
  searchFills: defineTable({
    version: v.number(),
    cursor: v.union(v.string(), v.null()),
    isDone: v.boolean(),
    /** When the last step was made: a fill without steps has broken off. Milliseconds. */
    steppedAt: v.number(),
  }),

  /** What messages said before they were edited. */
  messageEdits: defineTable({
    messageId: v.id("messages"),
    content: v.string(),
    /** When this content was written: the message's `sentAt` or the time of an edit. */
    writtenAt: v.number(),
  }).index("by_message", ["messageId"]),

  /**
   * The numbers of messages that no unread count includes, so that it need not read any message to
   * leave them out: deleted ones, and lines about the group.
   */
  deletedMessages: defineTable({
    conversationId: v.string(),
    seq: v.number(),
  }).index("by_conversation_and_seq", ["conversationId", "seq"]),

  /** How far each member has read, for the other members to see. Moves only by reading, not by sending. */
  readMarks: defineTable({
    conversationId: v.string(),
    userId: v.string(),
    lastReadSeq: v.number(),
    /** `sentAt` of the newest message read, 0 before any: comparable with the `sentAt` of any message. */
    lastReadAt: v.number(),
  }).index("by_conversation_and_user", ["conversationId", "userId"]),

  /** From where a member's own unread count starts, and when they read what. Moves by reading and by sending. */
  readProgress: defineTable({
    conversationId: v.string(),
    userId: v.string(),
    seenSeq: v.number(),
    seenAt: v.number(),
    /** The latest moves of the read mark, oldest first: up to `seq` was read at `readAt` (wall clock). */
    moves: v.array(v.object({ seq: v.number(), readAt: v.number() })),
  })
    .index("by_conversation_and_user", ["conversationId", "userId"])
    .index("by_user", ["userId"]),

  /** What a member has chosen about a conversation, for themselves only. Most members have no row. */
  conversationChoices: defineTable({
    conversationId: v.string(),
    userId: v.string(),
    /** Messages up to this number, and its `sentAt`, are cleared away; 0 for none. */
    clearedSeq: v.number(),
    clearedAt: v.number(),
    /** Not in the list until a newer message arrives. */
    isHidden: v.boolean(),
    isMarkedUnread: v.boolean(),
  })
    .index("by_conversation_and_user", ["conversationId", "userId"])
    .index("by_user", ["userId"]),

  /** Whom somebody wants to hear nothing of, one to one. */
  blocks: defineTable({
    userId: v.string(),
    blockedId: v.string(),
  })
    .index("by_user_and_blocked", ["userId", "blockedId"])
    .index("by_blocked_and_user", ["blockedId", "userId"]),

  /** What people have told the server's admins about others; see `model/reports.ts`. */
  reports: defineTable({
    reporterId: v.string(),
    /** Whom it is about: the person, or the author of the message. */
    subjectId: v.string(),
    /** What was reported, as a text that can be compared: a person or a message. */
    thing: v.string(),
    messageId: v.optional(v.id("messages")),
    conversationId: v.optional(v.string()),
    /** What the message said when it was reported; gone once the report is closed. */
    quoted: v.optional(v.string()),
    reason: reportReason,
    details: v.string(),
    /** Milliseconds; null while it is open. */
    closedAt: v.union(v.number(), v.null()),
    /** Null where it was closed by what happened to the account. */
    closedBy: v.union(v.string(), v.null()),
    outcome: v.union(reportOutcome, v.null()),
  })
    .index("by_closed_at", ["closedAt"])
    .index("by_reporter", ["reporterId", "closedAt"])
    .index("by_reporter_and_thing", ["reporterId", "thing", "closedAt"])
    .index("by_thing", ["thing", "closedAt"])
    .index("by_subject", ["subjectId", "closedAt"]),

  /** What somebody has chosen; without a row, everything is as `model/settings.ts` says. */
  userSettings: defineTable({
    userId: v.string(),
    ...settingFields,
  }).index("by_user", ["userId"]),

  /** How much of each act somebody has left; see `model/rateLimits.ts`. */
  rateLimits: defineTable({
    userId: v.string(),
    act: v.string(),
    tokens: v.number(),
    at: v.number(),
  }).index("by_user_and_act", ["userId", "act"]),

  typingStates: defineTable({
    userId: v.string(),
    conversationId: v.string(),
    lastTypingAt: v.number(),
  })
    .index("by_conversation_id", ["conversationId"])
    .index("by_conversation_and_user", ["conversationId", "userId"])
    .index("by_last_typing_at", ["lastTypingAt"]),
});

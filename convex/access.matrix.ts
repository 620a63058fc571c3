import type { FunctionReference } from "convex/server";
import type { api } from "./_generated/api";
import {
  admins,
  authors,
  everybody,
  members,
  nobody,
  noMember,
  type Outcome,
  owners,
  type Policy,
  pairOf,
  serverAdmins,
} from "./access.roles";
import type { Scene } from "./access.scene";

/**
 * Who may call what on what: one row for every public function. A function without a row does not
 * compile, and `access.test.ts` also compares the table with what the modules export.
 */

/** `module:function` of every public function, out of the generated types. */
export type PublicFunctionName = NamesIn<typeof api>;

type AnyReference = FunctionReference<"query" | "mutation" | "action", "public">;
type NamesIn<Api, Path extends string = ""> = {
  [Key in keyof Api & string]: Api[Key] extends AnyReference
    ? `${Path}:${Key}`
    : NamesIn<Api[Key], Path extends "" ? Key : `${Path}/${Key}`>;
}[keyof Api & string];

/** On what a function is tried. */
export type Place =
  /** Nothing of anybody's: what the caller themselves has. */
  | "self"
  /** The group, the pair of caller and host, the group of host and guest, and one that is not there. */
  | "group"
  | "pair"
  | "foreign"
  | "absent"
  /** A message in the group: the caller's, the host's; in the foreign group; one that is not there. */
  | "ownMessage"
  | "hostMessage"
  | "foreignMessage"
  | "absentMessage"
  /** Somebody: the host, somebody who has deleted their account, somebody who never was. */
  | "host"
  | "tombstone"
  | "nobody"
  /** A member's report of the host's message in the group. */
  | "report";

export type Target = {
  caller: string;
  host: string;
  guest: string;
  conversationId: string;
  messageId: string;
  userId: string;
  reportId: string;
};

export type Row = {
  kind: "query" | "mutation";
  args: (target: Target) => Record<string, unknown>;
  on: Partial<Record<Place, Policy>>;
  /** Every field that the answer may have, also those of parts: `page[].name`. */
  answers: readonly string[];
  /** What one has done nobody can do again, so that each needs a scene of their own. */
  isOnce?: true;
};

const conversations = (group: Policy, pair: Policy) => ({
  ...{ group, pair, foreign: nobody, absent: nobody },
});
const messages = (own: Policy, host: Policy) => ({
  ...{ ownMessage: own, hostMessage: host, foreignMessage: nobody, absentMessage: nobody },
});
const people = (host: Policy, tombstone: Policy, none: Policy) => ({
  ...{ host, tombstone, nobody: none },
});
const notOwn: Outcome = { code: "invalid", field: "messageId" };
const ownMessageRefusal = { member: notOwn, admin: notOwn, owner: notOwn, blocked: notOwn };
const notGroup = pairOf({ code: "invalid", reason: "not_group" });

const under = (path: string, fields: readonly string[]) =>
  fields.map((field) => `${path}.${field}`);
const pageOf = (fields: readonly string[]) => [
  ...["isDone", "continueCursor", "pageStatus", "splitCursor"],
  ...under("page[]", fields),
];
const nothing: readonly string[] = [];
const idAlone = [""];
const person = ["clerkId", "name", "imageUrl", "isDeleted", "statusText"];
const event = ["type", "groupName", "userId", "userIds[]", "role"];
const message = [
  ...["_id", "senderId", "content", "sentAt", "seq", "isDeleted", "editedAt", "clientMessageId"],
  ...under("reactions[]", ["emoji", "userId"]),
  ...under("quote", ["messageId", "senderId", "content", "sentAt", "isDeleted"]),
  ...under("event", event),
];
const preview = ["messageId", "senderId", "content", "sentAt", "isDeleted"];
const ownChoices = ["clearedSeq", "clearedAt", "isBlocked"];
const hit = ["conversationId", "messageId", "senderId", "excerpt", "sentAt", "seq"];
const settings = [
  ...["sharesLastSeen", "sharesTyping", "sharesReceipts"],
  ...["language", "theme", "textSize", "enterSends"],
];
const page = { paginationOpts: { numItems: 10, cursor: null } };
const self = { self: everybody };
const onConversation = ({ conversationId }: Target) => ({ conversationId });
const onMessage = ({ messageId }: Target) => ({ messageId });
const onPerson = ({ userId }: Target) => ({ userId });
const none = () => ({});

export const matrix = {
  "conversations:createGroup": {
    kind: "mutation",
    args: ({ userId }) => ({ groupName: "Two", participantIds: [userId] }),
    on: people(
      { ...everybody, blocked: { code: "forbidden", reason: "blocked" } },
      ...([nobody, nobody] as const),
    ),
    answers: idAlone,
  },
  "conversations:getConversation": {
    kind: "query",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: [
      ...["conversationId", "isGroup", "title", "groupName", "participants[]", "memberCount"],
      ...under("members[]", ["userId", "name", "imageUrl", "role"]),
      ...under("otherUser", person),
      ...["myRole", ...ownChoices],
    ],
  },
  "conversations:getOrCreateConversation": {
    kind: "mutation",
    args: ({ caller, userId }) => ({ participantIds: [caller, userId] }),
    on: people(everybody, nobody, nobody),
    answers: idAlone,
  },
  "conversations:getReadMarks": {
    kind: "query",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: ["[].userId", "[].lastReadSeq", "[].lastReadAt"],
  },
  "conversations:getUnreadCounts": {
    kind: "query",
    args: none,
    on: self,
    answers: ["[].conversationId", "[].unreadCount"],
  },
  "conversations:getUserConversations": {
    kind: "query",
    args: () => page,
    on: self,
    answers: pageOf([
      ...["conversationId", "isGroup", "groupName", "participants[]", "memberCount"],
      ...under("otherUser", person),
      ...under("members[]", person),
      ...["lastMessageAt", "lastSeq", ...under("lastMessage", preview)],
      ...under("lastMessage.event", event),
      ...["unreadCount", "isMarkedUnread", ...ownChoices],
    ]),
  },
  "conversations:clearConversation": {
    kind: "mutation",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: nothing,
  },
  "conversations:markAsUnread": {
    kind: "mutation",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: nothing,
  },
  "exports:getOwnConversations": {
    kind: "query",
    args: () => page,
    on: self,
    answers: pageOf([
      ...["conversationId", "isGroup", "name", "participants[]", "role", "joinedAt"],
      ...["readUntil", "clearedUntil", "isHidden", "isMarkedUnread"],
    ]),
  },
  "exports:getOwnMessages": {
    kind: "query",
    args: () => page,
    on: self,
    answers: pageOf(["messageId", "conversationId", "content", "sentAt", "editedAt", "replyTo"]),
  },
  "groups:addMembers": {
    kind: "mutation",
    args: ({ conversationId, guest }) => ({ conversationId, userIds: [guest] }),
    on: conversations(admins, notGroup),
    answers: nothing,
  },
  "groups:leaveGroup": {
    kind: "mutation",
    args: onConversation,
    on: conversations(members, notGroup),
    answers: nothing,
  },
  "groups:removeMember": {
    kind: "mutation",
    args: ({ conversationId, host }) => ({ conversationId, userId: host }),
    on: conversations(admins, notGroup),
    answers: nothing,
    isOnce: true,
  },
  "groups:renameGroup": {
    kind: "mutation",
    args: ({ conversationId }) => ({ conversationId, groupName: "Coffee" }),
    on: conversations(admins, notGroup),
    answers: nothing,
  },
  "groups:setMemberRole": {
    kind: "mutation",
    args: ({ conversationId, host }) => ({ conversationId, userId: host, role: "admin" }),
    on: conversations(owners, notGroup),
    answers: nothing,
  },
  "messages:deleteMessages": {
    kind: "mutation",
    args: ({ messageId }) => ({ messageIds: [messageId] }),
    on: messages(authors, admins),
    answers: nothing,
  },
  "messages:editMessage": {
    kind: "mutation",
    args: ({ messageId }) => ({ messageId, content: "Edited" }),
    on: messages(authors, noMember),
    answers: nothing,
  },
  "messages:getEdits": {
    kind: "query",
    args: onMessage,
    on: messages(members, members),
    answers: ["[].content", "[].writtenAt"],
  },
  "messages:getMessage": {
    kind: "query",
    args: onMessage,
    on: messages(members, members),
    answers: [...message, "conversationId"],
  },
  "messages:getMessages": {
    kind: "query",
    args: ({ conversationId }) => ({ conversationId, ...page }),
    on: conversations(members, pairOf("ok")),
    answers: pageOf(message),
  },
  "messages:getMessagesBetween": {
    kind: "query",
    args: ({ conversationId }) => ({ conversationId, from: "before", numItems: 10 }),
    on: conversations(members, pairOf("ok")),
    answers: under("[]", message),
  },
  "messages:getReadBy": {
    kind: "query",
    args: onMessage,
    on: messages(members, members),
    answers: ["readBy[].userId", "readBy[].readAt"],
  },
  "messages:markConversationsAsRead": {
    kind: "mutation",
    args: ({ conversationId }) => ({ conversationIds: [conversationId] }),
    on: conversations(members, pairOf("ok")),
    answers: nothing,
  },
  "messages:markMessageAsRead": {
    kind: "mutation",
    args: onMessage,
    on: messages(members, members),
    answers: nothing,
  },
  "messages:sendMessage": {
    kind: "mutation",
    args: ({ conversationId }) => ({ conversationId, content: "Hi" }),
    on: conversations(members, {
      ...pairOf("ok"),
      blocked: { code: "forbidden", reason: "blocked" },
    }),
    answers: idAlone,
  },
  "messages:toggleReaction": {
    kind: "mutation",
    args: ({ messageId }) => ({ messageId, emoji: "👍" }),
    on: messages(members, members),
    answers: nothing,
  },
  "reports:reportMessage": {
    kind: "mutation",
    args: ({ messageId }) => ({ messageId, reason: "spam", details: "Look" }),
    on: messages({ ...members, ...ownMessageRefusal }, members),
    answers: nothing,
  },
  "reports:reportPerson": {
    kind: "mutation",
    args: ({ userId }) => ({ userId, reason: "impersonation" }),
    on: people(everybody, nobody, nobody),
    answers: nothing,
  },
  "reports:getOwnReports": {
    kind: "query",
    args: () => page,
    on: self,
    answers: pageOf(["subjectId", "messageId", "reason", "details", "reportedAt", "isOpen"]),
  },
  "reports:getReports": {
    kind: "query",
    args: () => ({ isOpen: true, ...page }),
    on: { self: serverAdmins },
    answers: pageOf([
      ...["reportId", "reportedAt", "reason", "details"],
      ...under("reporter", ["userId", "name"]),
      ...under("subject", ["userId", "name"]),
      ...under("message", ["messageId", "quoted", "isDeleted"]),
    ]),
  },
  "reports:dismissReport": {
    kind: "mutation",
    args: ({ reportId }) => ({ reportId }),
    on: { report: serverAdmins },
    answers: nothing,
  },
  "reports:deleteReportedMessage": {
    kind: "mutation",
    args: ({ reportId }) => ({ reportId }),
    on: { report: serverAdmins },
    answers: nothing,
  },
  "search:searchConversation": {
    kind: "query",
    // A word of every secret, also of what was edited or deleted away.
    args: ({ conversationId }) => ({ conversationId, search: "only" }),
    on: conversations(members, pairOf("ok")),
    answers: [...under("hits[]", hit), "isWhole"],
  },
  "search:searchMessages": {
    kind: "query",
    args: () => ({ search: "only", cursor: null }),
    on: self,
    answers: [...under("hits[]", hit), "cursor"],
  },
  "settings:getSettings": { kind: "query", args: none, on: self, answers: settings },
  "settings:updateSettings": {
    kind: "mutation",
    args: () => ({ sharesTyping: false }),
    on: self,
    answers: settings,
  },
  "typingStates:clearTypingState": {
    kind: "mutation",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: nothing,
  },
  "typingStates:getTypingState": {
    kind: "query",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: ["[].userId", "[].name", "[].lastTypingAt"],
  },
  "typingStates:setTypingState": {
    kind: "mutation",
    args: onConversation,
    on: conversations(members, pairOf("ok")),
    answers: nothing,
  },
  "users:blockUser": {
    kind: "mutation",
    args: onPerson,
    on: people(everybody, everybody, nobody),
    answers: nothing,
  },
  "users:endPresence": {
    kind: "mutation",
    args: () => ({ tabId: "one" }),
    on: self,
    answers: nothing,
  },
  "users:getAllUsers": { kind: "query", args: () => page, on: self, answers: pageOf(person) },
  "users:getBlockedUsers": { kind: "query", args: none, on: self, answers: under("[]", person) },
  "users:getCurrentUser": {
    kind: "query",
    args: none,
    on: self,
    answers: ["clerkId", "name", "email", "imageUrl", "statusText"],
  },
  "users:getPresence": {
    kind: "query",
    args: ({ userId }) => ({ userIds: [userId] }),
    on: people({ ...everybody, blocked: { code: "not_found" } }, everybody, everybody),
    answers: ["[].userId", "[].lastSeen", "[].isGone"],
  },
  "users:getUser": {
    kind: "query",
    args: onPerson,
    on: people(everybody, everybody, everybody),
    answers: person,
  },
  "users:getUsers": {
    kind: "query",
    args: ({ userId }) => ({ userIds: [userId] }),
    on: people(everybody, everybody, everybody),
    answers: under("[]", person),
  },
  "users:sendHeartbeat": {
    kind: "mutation",
    args: () => ({ tabId: "one" }),
    on: self,
    answers: nothing,
  },
  "users:setStatus": {
    kind: "mutation",
    args: () => ({ statusText: "At sea" }),
    on: self,
    answers: nothing,
  },
  "users:syncUser": {
    kind: "mutation",
    args: none,
    on: self,
    answers: ["clerkId", "name", "email", "imageUrl", "statusText"],
  },
  "users:unblockUser": {
    kind: "mutation",
    args: onPerson,
    on: people(everybody, everybody, everybody),
    answers: nothing,
  },
} satisfies Record<PublicFunctionName, Row>;

export const rows = Object.entries(matrix) as Array<[name: PublicFunctionName, row: Row]>;

/** What the place is for somebody. */
export function targetAt(place: Place, role: string, scene: Scene): Target {
  const { idOf } = scene;
  const person = place === "tombstone" ? "deleted" : place === "nobody" ? "who never was" : "host";
  return {
    caller: idOf(role),
    host: idOf("host"),
    guest: idOf("guest"),
    conversationId: conversationAt(place, role, scene),
    messageId: messageAt(place, role, scene),
    userId: idOf(person),
    reportId: scene.report,
  };
}

function conversationAt(place: Place, role: string, { group, foreign, pairs }: Scene): string {
  if (place === "pair") return pairs[role] ?? pairs.member ?? "";
  if (place === "foreign") return foreign;
  return place === "absent" ? "group:nowhere" : group;
}

function messageAt(place: Place, role: string, scene: Scene): string {
  const { own, ofHost, ofForeign, ofNobody } = scene;
  if (place === "ownMessage") return own[role] ?? ofHost;
  if (place === "foreignMessage") return ofForeign;
  return place === "absentMessage" ? ofNobody : ofHost;
}

import { signedInRoles } from "./access.roles";

/**
 * The people and rooms in which every public function is tried, on whatever runtime and transport a
 * test brings. Who calls is named after the standing that they have; the others are:
 *
 * - `host`, in the group with everybody, in a pair with `member` and with `blocked`, whom they block;
 * - `guest`, with whom the host has a group that nobody else is in.
 */

export type Caller = {
  query: (name: string, args: Record<string, unknown>) => Promise<unknown>;
  mutation: (name: string, args: Record<string, unknown>) => Promise<unknown>;
};

export type Stage = {
  as: (userId: string) => Caller;
  /** Reports an identity event as the identity service does. */
  tell: (event: Record<string, unknown>) => Promise<void>;
  /** The id of a message that is not there. */
  absentMessage: (sent: string) => Promise<string>;
};

export type Scene = {
  group: string;
  pairs: Record<string, string>;
  foreign: string;
  /** Each one's message in the group. */
  own: Record<string, string>;
  ofHost: string;
  ofForeign: string;
  ofNobody: string;
};

/** What somebody ended their session as; the `sid` claim of that one's tokens. */
export const endedSessionId = "the ended session";

/** Texts that only some may read; a test looks for them in everything that is answered. */
export const secrets = {
  group: "only for the group",
  foreign: "only for host and guest",
  editedAway: "taken back by an edit",
  deleted: "taken back by a deletion",
};

/** Those who are, or were, in the group. */
const groupPeople = signedInRoles.filter((role) => role !== "unknown" && role !== "stranger");
const lockedOut = ["suspended", "deleted", "ended"];

export async function setScene({ as, tell, absentMessage }: Stage): Promise<Scene> {
  const everybody = [...groupPeople, ...lockedOut];
  for (const id of ["host", "guest", "stranger", ...everybody]) {
    await as(id).mutation("users:syncUser", {});
  }
  const make = async (owner: string, groupName: string, participantIds: string[]) =>
    String(await as(owner).mutation("conversations:createGroup", { groupName, participantIds }));
  const say = async (userId: string, conversationId: string, content: string) =>
    String(await as(userId).mutation("messages:sendMessage", { conversationId, content }));

  const members = everybody.filter((id) => id !== "owner");
  const group = await make("owner", secrets.group, ["host", ...members]);
  const role = { conversationId: group, userId: "admin", role: "admin" };
  await as("owner").mutation("groups:setMemberRole", role);
  const foreign = await make("host", secrets.foreign, ["guest"]);

  const own: Record<string, string> = {};
  for (const id of everybody) own[id] = await say(id, group, secrets.group);
  const deleted = await say("host", group, secrets.deleted);
  await as("host").mutation("messages:deleteMessages", { messageIds: [deleted] });
  const ofHost = await say("host", group, secrets.editedAway);
  await as("host").mutation("messages:editMessage", { messageId: ofHost, content: secrets.group });
  const ofForeign = await say("host", foreign, secrets.foreign);
  const ofNobody = await absentMessage(await say("host", foreign, secrets.foreign));

  const pairs: Record<string, string> = {};
  for (const id of ["member", "blocked"]) {
    const pair = { participantIds: [id, "host"] };
    pairs[id] = String(await as(id).mutation("conversations:getOrCreateConversation", pair));
    await say(id, pairs[id], "Hello");
  }
  await as("host").mutation("users:sendHeartbeat", { tabId: "one" });
  await as("host").mutation("typingStates:setTypingState", { conversationId: group });
  await as("host").mutation("users:blockUser", { userId: "blocked" });
  await as("member").mutation("users:blockUser", { userId: "guest" });
  await as("owner").mutation("groups:removeMember", { conversationId: group, userId: "removed" });
  await as("left").mutation("groups:leaveGroup", { conversationId: group });
  await tell({ type: "user.suspended", user: { id: "suspended" }, occurredAt: 1 });
  await tell({ type: "user.deleted", user: { id: "deleted" }, occurredAt: 1 });
  const session = { sessionId: endedSessionId, occurredAt: 1 };
  await tell({ type: "session.revoked", user: { id: "ended" }, ...session });
  return { group, pairs, foreign, own, ofHost, ofForeign, ofNobody };
}

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
  /** What somebody's user id is: several scenes may share a store. */
  idOf: (name: string) => string;
  as: (name: string) => Caller;
  /** Reports an identity event as the identity service does. */
  tell: (event: Record<string, unknown>) => Promise<void>;
  /** The id of a message that is not there. */
  absentMessage: (sent: string) => Promise<string>;
};

export type Scene = {
  idOf: (name: string) => string;
  group: string;
  pairs: Record<string, string>;
  foreign: string;
  /** Each one's message in the group. */
  own: Record<string, string>;
  ofHost: string;
  ofForeign: string;
  ofNobody: string;
  /** The member's report of the host's message in the group. */
  report: string;
};

/** What somebody ended their session as; the `sid` claim of that one's tokens. */
export const endedSessionId = "the ended session";

/** Texts that only some may read; a test looks for them in everything that is answered. */
export const secrets = {
  group: "only for the group",
  foreign: "only for host and guest",
  editedAway: "only before an edit",
  deleted: "only before a deletion",
};

/** What somebody said in the group: for the group, and for them also when they are in it no more. */
export const wordsOf = (name: string) => `words of ${name}, ${secrets.group}`;

/** Those who are, or were, in the group. */
const outsiders: readonly string[] = ["unknown", "stranger", "serverAdmin"];
const groupPeople = signedInRoles.filter((role) => !outsiders.includes(role));
const lockedOut = ["suspended", "deleted", "ended"];

export async function setScene({ idOf, as, tell, absentMessage }: Stage): Promise<Scene> {
  const everybody = [...groupPeople, ...lockedOut];
  for (const name of ["host", "guest", "stranger", "serverAdmin", ...everybody]) {
    await as(name).mutation("users:syncUser", {});
  }
  const make = async (owner: string, groupName: string, others: string[]) => {
    const args = { groupName, participantIds: others.map(idOf) };
    return String(await as(owner).mutation("conversations:createGroup", args));
  };
  const say = async (name: string, conversationId: string, content: string) =>
    String(await as(name).mutation("messages:sendMessage", { conversationId, content }));

  const members = everybody.filter((name) => name !== "owner");
  const group = await make("owner", secrets.group, ["host", ...members]);
  const role = { conversationId: group, userId: idOf("admin"), role: "admin" };
  await as("owner").mutation("groups:setMemberRole", role);
  const foreign = await make("host", secrets.foreign, ["guest"]);

  const own: Record<string, string> = {};
  for (const name of everybody) own[name] = await say(name, group, wordsOf(name));
  const deleted = await say("host", group, secrets.deleted);
  await as("host").mutation("messages:deleteMessages", { messageIds: [deleted] });
  const ofHost = await say("host", group, secrets.editedAway);
  await as("host").mutation("messages:editMessage", { messageId: ofHost, content: secrets.group });
  const ofForeign = await say("host", foreign, secrets.foreign);
  const ofNobody = await absentMessage(await say("host", foreign, secrets.foreign));

  const pairs: Record<string, string> = {};
  for (const name of ["member", "blocked"]) {
    const pair = { participantIds: [idOf(name), idOf("host")] };
    pairs[name] = String(await as(name).mutation("conversations:getOrCreateConversation", pair));
    await say(name, pairs[name], "Hello");
  }
  await as("host").mutation("users:sendHeartbeat", { tabId: "one" });
  await as("host").mutation("typingStates:setTypingState", { conversationId: group });
  await as("host").mutation("users:blockUser", { userId: idOf("blocked") });
  await as("member").mutation("users:blockUser", { userId: idOf("guest") });
  const complaint = { messageId: ofHost, reason: "abuse" };
  await as("member").mutation("reports:reportMessage", complaint);
  const reports = (await as("serverAdmin").query("reports:getReports", {
    ...{ isOpen: true, paginationOpts: { numItems: 1, cursor: null } },
  })) as { page: Array<{ reportId: string }> };
  const report = reports.page[0]?.reportId ?? "";
  const removed = { conversationId: group, userId: idOf("removed") };
  await as("owner").mutation("groups:removeMember", removed);
  await as("left").mutation("groups:leaveGroup", { conversationId: group });
  await tell({ type: "user.suspended", user: { id: idOf("suspended") }, occurredAt: 1 });
  await tell({ type: "user.deleted", user: { id: idOf("deleted") }, occurredAt: 1 });
  const session = { sessionId: endedSessionId, occurredAt: 1 };
  await tell({ type: "session.revoked", user: { id: idOf("ended") }, ...session });
  return { idOf, group, pairs, foreign, own, ofHost, ofForeign, ofNobody, report };
}

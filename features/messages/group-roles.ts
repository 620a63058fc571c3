import type { Conversation } from "./use-chat";

export type Member = Conversation["members"][number];
export type Role = Member["role"];
export type MemberAct = "owner" | "admin" | "member" | "remove";

const RANK: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

/** By role, then by name. */
export function byRole(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) =>
      RANK[a.role] - RANK[b.role] || a.name.localeCompare(b.name) || (a.userId < b.userId ? -1 : 1),
  );
}

/** What somebody may do about another member; `convex/groups.ts` holds everybody to the same. */
export function actsOn(role: Role, myRole: Role): MemberAct[] {
  if (myRole === "owner") {
    const roles: MemberAct[] = role === "admin" ? ["owner", "member"] : ["owner", "admin"];
    return [...roles, "remove"];
  }
  return myRole === "admin" && role === "member" ? ["remove"] : [];
}

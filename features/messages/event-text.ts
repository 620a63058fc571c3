import type { FunctionReturnType } from "convex/server";
import type { api } from "@/convex/_generated/api";
import type { TextKey } from "../language/messages-en";
import { t } from "../language/t";

/** What happened to a group, as a line of its log. */
export type GroupEvent = NonNullable<FunctionReturnType<typeof api.messages.getMessage>["event"]>;

/** Who reads the line, and who everybody else is. */
export type EventReader = { viewerId: string | null; nameOf: (userId: string) => string };

/** The sentences about others, about what one does oneself, and about what is done to oneself. */
const ABOUT_ONE = {
  removed: ["event.removed", "event.removed.byYou", "event.removed.ofYou"],
  owner: ["event.role.owner", "event.role.owner.byYou", "event.role.owner.ofYou"],
  admin: ["event.role.admin", "event.role.admin.byYou", "event.role.admin.ofYou"],
  member: ["event.role.member", "event.role.member.byYou", "event.role.member.ofYou"],
} satisfies Record<string, [others: TextKey, byYou: TextKey, ofYou: TextKey]>;

/** The sentence for an event; languages have forms of their own for whoever reads about themselves. */
export function eventText(event: GroupEvent, actorId: string, reader: EventReader): string {
  const { viewerId, nameOf } = reader;
  const isMine = actorId === viewerId;
  const actor = nameOf(actorId);
  switch (event.type) {
    case "renamed":
      return t(isMine ? "event.renamed.byYou" : "event.renamed", {
        actor,
        group: event.groupName,
      });
    case "added": {
      const others = event.userIds.filter((userId) => userId !== viewerId);
      const names = others.map(nameOf).join(", ");
      if (isMine) return t("event.added.byYou", { names });
      if (others.length === event.userIds.length) return t("event.added", { actor, names });
      return t(others.length === 0 ? "event.added.ofYou" : "event.added.ofYouAnd", {
        actor,
        names,
      });
    }
    case "left":
      return t(isMine ? "event.left.byYou" : "event.left", { actor });
    case "removed":
    case "role": {
      const [others, byYou, ofYou] = ABOUT_ONE[event.type === "role" ? event.role : "removed"];
      const key = isMine ? byYou : event.userId === viewerId ? ofYou : others;
      return t(key, { actor, name: nameOf(event.userId) });
    }
  }
  return event satisfies never;
}

import type { FunctionReturnType } from "convex/server";
import type { api } from "@/convex/_generated/api";
import { t } from "../language/t";

/** What happened to a group, as a line of its log. */
export type GroupEvent = NonNullable<FunctionReturnType<typeof api.messages.getMessage>["event"]>;

const ROLE_TEXTS = {
  owner: "event.role.owner",
  admin: "event.role.admin",
  member: "event.role.member",
} as const;

/** The sentence for an event. `nameOf` says "You" for the viewer. */
export function eventText(
  event: GroupEvent,
  actorId: string,
  nameOf: (userId: string) => string,
): string {
  const actor = nameOf(actorId);
  switch (event.type) {
    case "renamed":
      return t("event.renamed", { actor, group: event.groupName });
    case "added":
      return t("event.added", { actor, names: event.userIds.map(nameOf).join(", ") });
    case "removed":
      return t("event.removed", { actor, name: nameOf(event.userId) });
    case "left":
      return t("event.left", { actor });
    case "role":
      return t(ROLE_TEXTS[event.role], { actor, name: nameOf(event.userId) });
  }
  return event satisfies never;
}

"use client";

import { useMutation } from "convex/react";
import { Ellipsis } from "lucide-react";
import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import { api } from "@/convex/_generated/api";
import { t } from "../language/t";
import { PresenceDot, PresenceText } from "../presence/presence-marks";
import { usePresence } from "../presence/use-presence";
import { actsOn, byRole, type Member, type MemberAct, type Role } from "./group-roles";
import { MemberMenu } from "./member-menu";

const ConfirmDialog = dynamic(
  () => import("@/components/ui/confirm-dialog").then((room) => room.ConfirmDialog),
  { loading: () => null },
);

export type GroupMembersProps = {
  conversationId: string;
  members: readonly Member[];
  myRole: Role;
  viewerId: string;
  onAttempt: (call: Promise<unknown>) => void;
};

/** Everybody in a group, whether they are there, and what may be done about them. */
export function GroupMembers(props: GroupMembersProps) {
  const { conversationId, members, myRole, viewerId, onAttempt } = props;
  const setRole = useMutation(api.groups.setMemberRole);
  const remove = useMutation(api.groups.removeMember);
  const [asked, setAsked] = useState<[MemberAct, Member] | null>(null);
  const sorted = useMemo(() => byRole(members), [members]);
  const presence = usePresence(useMemo(() => sorted.map(({ userId }) => userId), [sorted]));

  const run = (act: MemberAct, { userId }: Member) => {
    if (act === "remove") onAttempt(remove({ conversationId, userId }));
    else onAttempt(setRole({ conversationId, userId, role: act }));
  };
  return (
    <>
      <ul aria-label={t("details.members")}>
        {sorted.map((member) => {
          const { userId, imageUrl, role } = member;
          const isMe = userId === viewerId;
          const name = member.name || t("people.someone");
          const acts = isMe ? [] : actsOn(role, myRole);
          return (
            <li
              key={userId}
              className="group flex min-h-14 items-center gap-3 rounded-row px-3 py-1.5"
            >
              <Avatar id={userId} name={name} imageUrl={imageUrl} size="md">
                <PresenceDot status={presence.get(userId)} />
              </Avatar>
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium">
                  <bdi>{isMe ? t("message.you") : name}</bdi>
                </p>
                <p className="truncate text-meta text-muted">
                  <PresenceText status={presence.get(userId)} />
                </p>
              </div>
              {role !== "member" && (
                <span className="shrink-0 rounded-md bg-accent-soft px-2 py-0.5 text-caption font-semibold text-accent-strong">
                  {t(role === "owner" ? "role.owner" : "role.admin")}
                </span>
              )}
              {acts.length > 0 && (
                <MemberMenu
                  acts={acts}
                  onAct={(act) =>
                    // Neither can be taken back by the one who does it.
                    act === "remove" || act === "owner" ? setAsked([act, member]) : run(act, member)
                  }
                  button={
                    <IconButton label={t("member.actions", { name })}>
                      <Ellipsis size={18} aria-hidden="true" />
                    </IconButton>
                  }
                />
              )}
            </li>
          );
        })}
      </ul>
      {asked && (
        <ConfirmDialog
          title={t(asked[0] === "remove" ? "member.remove.title" : "member.owner.title", {
            name: asked[1].name || t("people.someone"),
          })}
          text={t(asked[0] === "remove" ? "member.remove.text" : "member.owner.text")}
          confirm={t(asked[0] === "remove" ? "member.remove" : "member.owner")}
          cancel={t("cancel")}
          onCancel={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            run(...asked);
          }}
        />
      )}
    </>
  );
}

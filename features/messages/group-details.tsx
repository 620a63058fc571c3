"use client";

import { useMutation } from "convex/react";
import { LogOut, UserPlus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { api } from "@/convex/_generated/api";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";
import type { ChatDetailsProps } from "./chat-details";
import { ClearAndHide } from "./clear-and-hide";
import { DetailsAction } from "./details-action";
import { GroupMembers } from "./group-members";
import { GroupName } from "./group-name";

const AddPeopleDialog = dynamic(
  () => import("./add-people-dialog").then((room) => room.AddPeopleDialog),
  { loading: () => null },
);

/** A group: its name, its people with their roles, and what one's own role lets one do. */
export function GroupDetails({ conversation, viewerId, acts }: ChatDetailsProps) {
  const { conversationId, groupName, members, memberCount, myRole } = conversation;
  const rename = useMutation(api.groups.renameGroup);
  const [isAdding, setIsAdding] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const isAdmin = myRole !== "member";
  const name = groupName || t("group.untitled");
  const on = { conversationId, title: name, otherUserId: null };
  const attempt = (call: Promise<unknown>) => {
    setRefusal(null);
    call.catch((error: unknown) => setRefusal(sentenceOf(error)));
  };
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-6">
      <div className="grid justify-items-center gap-1 px-5 pt-7 pb-5 text-center">
        <Avatar id={conversationId} name={name} size="xl" />
        <GroupName
          name={name}
          onRename={isAdmin ? (next) => attempt(rename({ conversationId, groupName: next })) : null}
        />
        <p className="text-preview text-muted">{t("presence.group", { count: memberCount })}</p>
      </div>
      {refusal && (
        <p
          role="alert"
          className="mx-4 mb-3 rounded-xl bg-danger-soft px-4 py-2 text-meta text-danger"
        >
          {refusal}
        </p>
      )}
      <section aria-label={t("details.members")} className="border-t border-line px-2 pt-2">
        {isAdmin && (
          <DetailsAction
            icon={<UserPlus aria-hidden="true" />}
            text={t("details.add")}
            onClick={() => setIsAdding(true)}
          />
        )}
        <GroupMembers
          conversationId={conversationId}
          members={members}
          myRole={myRole}
          viewerId={viewerId}
          onAttempt={attempt}
        />
      </section>
      <div className="mt-2 border-t border-line px-2 pt-2">
        <ClearAndHide
          onClear={() => acts.begin("clear", on)}
          onHide={() => acts.begin("hide", on)}
        />
        <DetailsAction
          isGrave
          icon={<LogOut aria-hidden="true" />}
          text={t("row.leave")}
          onClick={() => acts.begin("leave", on)}
        />
      </div>
      {isAdding && (
        <AddPeopleDialog
          conversationId={conversationId}
          memberIds={members.map(({ userId }) => userId)}
          onClose={() => setIsAdding(false)}
        />
      )}
    </div>
  );
}

"use client";

import { Ban, Flag, Undo2 } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import { t } from "../language/t";
import { PresenceText } from "../presence/presence-marks";
import { usePresence } from "../presence/use-presence";
import type { ChatDetailsProps } from "./chat-details";
import { ClearAndHide } from "./clear-and-hide";
import { DetailsAction } from "./details-action";

/** The other person of a chat, and what one can do about them and it. */
export function PersonDetails({ conversation, acts }: ChatDetailsProps) {
  const { conversationId, otherUser, isBlocked } = conversation;
  const isGone = otherUser === null || otherUser.isDeleted;
  const presence = usePresence(isGone ? [] : [otherUser.clerkId]);
  const name = otherUser?.name || t("people.someone");
  const on = { conversationId, title: name, otherUserId: otherUser?.clerkId ?? null };
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-6">
      <div className="grid justify-items-center gap-1 px-5 pt-7 pb-6 text-center">
        <Avatar
          id={otherUser?.clerkId ?? conversationId}
          name={name}
          imageUrl={otherUser?.imageUrl ?? null}
          size="xl"
        />
        <p className="mt-2 max-w-full text-[19px] font-title wrap-anywhere">
          <bdi>{name}</bdi>
        </p>
        <p className="text-preview text-muted">
          {isGone ? (
            t("closed.gone")
          ) : isBlocked ? (
            t("list.blocked")
          ) : (
            <PresenceText status={presence.get(otherUser.clerkId)} />
          )}
        </p>
      </div>
      <div className="border-t border-line px-2 pt-2">
        <ClearAndHide
          onClear={() => acts.begin("clear", on)}
          onHide={() => acts.begin("hide", on)}
        />
        {!isGone && (
          <DetailsAction
            icon={<Flag aria-hidden="true" />}
            text={t("report.open")}
            onClick={() => acts.begin("report", on)}
          />
        )}
        {otherUser &&
          (isBlocked ? (
            <DetailsAction
              icon={<Undo2 aria-hidden="true" />}
              text={t("row.unblock")}
              onClick={() => acts.begin("unblock", on)}
            />
          ) : (
            <DetailsAction
              isGrave
              icon={<Ban aria-hidden="true" />}
              text={t("row.block")}
              onClick={() => acts.begin("block", on)}
            />
          ))}
      </div>
    </div>
  );
}

"use client";

import { useQuery } from "convex/react";
import { Avatar } from "@/components/ui/avatar";
import { DialogFrame } from "@/components/ui/dialog-frame";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { formatFull, formatTime } from "@/lib/dates";
import { t } from "../language/t";
import type { ChatMessage } from "./chat-message";
import type { Conversation } from "./use-chat";

export type MessageInfoDialogProps = {
  message: ChatMessage;
  members: Conversation["members"];
  onClose: () => void;
};

/** Who has read a message and when, and who has not. */
export function MessageInfoDialog({ message, members, onClose }: MessageInfoDialogProps) {
  const answer = useQuery(api.messages.getReadBy, { messageId: message.id as Id<"messages"> });
  const readAt = new Map(answer?.readBy.map((reader) => [reader.userId, reader.readAt]));
  const others = members.filter(({ userId }) => userId !== message.senderId);
  const read = others
    .filter(({ userId }) => readAt.has(userId))
    .sort((a, b) => (readAt.get(a.userId) ?? 0) - (readAt.get(b.userId) ?? 0));
  const unread = others.filter(({ userId }) => !readAt.has(userId));
  return (
    <DialogFrame title={t("info.title")} closeLabel={t("close")} onClose={onClose}>
      <div className="min-h-0 overflow-y-auto overscroll-contain px-5 pt-1 pb-5">
        <p className="line-clamp-3 rounded-row bg-mine px-3.5 py-2 text-preview wrap-anywhere">
          <bdi>{message.content}</bdi>
        </p>
        <p className="mt-1.5 text-meta text-muted">
          {t("info.sent", { time: formatFull(message.sentAt) })}
        </p>
        {answer && (
          <>
            <People title={t("info.read")} people={read} readAt={readAt} />
            <People title={t("info.unread")} people={unread} readAt={readAt} />
          </>
        )}
      </div>
    </DialogFrame>
  );
}

type PeopleProps = {
  title: string;
  people: Conversation["members"];
  readAt: ReadonlyMap<string, number>;
};

function People({ title, people, readAt }: PeopleProps) {
  if (people.length === 0) return null;
  return (
    <section aria-label={title} className="mt-4">
      <h3 className="text-meta font-semibold text-muted">{title}</h3>
      <ul className="mt-1">
        {people.map(({ userId, name, imageUrl }) => {
          const at = readAt.get(userId);
          return (
            <li key={userId} className="flex min-h-11 items-center gap-3 py-1">
              <Avatar id={userId} name={name} imageUrl={imageUrl} size="sm" />
              <span className="min-w-0 flex-1 truncate font-medium">
                <bdi>{name || t("people.someone")}</bdi>
              </span>
              {at !== undefined && (
                <time
                  dateTime={new Date(at).toISOString()}
                  title={formatFull(at)}
                  className="tabular text-meta text-muted"
                >
                  {formatTime(at)}
                </time>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

"use client";

import { type ReactElement, useMemo } from "react";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { t } from "../language/t";
import { EventLine } from "./event-line";
import { DayHeading, UnreadDivider } from "./log-marks";
import { MessageItem, type MessageItemProps } from "./message-item";
import type { MessageRow } from "./message-rows";
import { TabStop } from "./tab-stop";

type Person = { name: string; imageUrl: string | null };

/** What all messages of a log have in common. */
export type SharedByMessages = {
  viewerId: string;
  isGroup: boolean;
  people: ReadonlyMap<string, Person>;
  canDeleteAll: boolean;
  /** Midnight of today, for the headings of days. */
  todayMs: number;
} & Pick<
  MessageItemProps,
  "members" | "nameOf" | "watch" | "changes" | "sending" | "acts" | "onOpenQuote"
>;

type Varying = Pick<
  MessageItemProps,
  "isRead" | "isNew" | "isMarked" | "isSelecting" | "isSelected"
> & {
  /** Tab stops at it. */
  isTabStop: boolean;
};

type Made = Varying & { row: MessageRow; element: ReactElement };

/**
 * Makes the element of each message once and hands out the same one for as long as nothing about the
 * message changes: React passes over an element that it has seen, so one more message costs one
 * message, with however many above it.
 */
export function useMessageElements(shared: SharedByMessages) {
  return useMemo(() => {
    // A new log of elements whenever something changes that all of them show.
    const made = new Map<string, Made>();
    return {
      render(row: MessageRow, varying: Varying): ReactElement {
        const known = made.get(row.key);
        const isSame =
          known?.row === row &&
          known.isRead === varying.isRead &&
          known.isNew === varying.isNew &&
          known.isMarked === varying.isMarked &&
          known.isSelecting === varying.isSelecting &&
          known.isSelected === varying.isSelected &&
          known.isTabStop === varying.isTabStop;
        if (isSame) return known.element;
        const element = makeElement(row, varying, shared);
        made.set(row.key, { ...varying, row, element });
        return element;
      },
    };
  }, [shared]);
}

function makeElement(row: MessageRow, varying: Varying, shared: SharedByMessages): ReactElement {
  const { message, startsGroup, endsGroup, startsDay, dayMs, unreadFrom, key } = row;
  const { people, viewerId } = shared;
  const author = people.get(message.senderId);
  return (
    <div key={key} className="px-6 max-wide:px-3">
      {startsDay && <DayHeading dayMs={dayMs} todayMs={shared.todayMs} />}
      {unreadFrom > 0 && <UnreadDivider count={unreadFrom} />}
      <TabStop value={varying.isTabStop ? 0 : -1}>
        <PanelBoundary fallback={brokenMessage}>
          {message.event ? (
            <EventLine
              message={message}
              event={message.event}
              viewerId={viewerId}
              nameOf={shared.nameOf}
              watch={shared.watch}
            />
          ) : (
            <MessageItem
              message={message}
              startsGroup={startsGroup}
              endsGroup={endsGroup}
              isMine={message.senderId === viewerId}
              isInGroup={shared.isGroup}
              isRead={varying.isRead}
              isNew={varying.isNew}
              isMarked={varying.isMarked}
              isSelecting={varying.isSelecting}
              isSelected={varying.isSelected}
              canDelete={shared.canDeleteAll}
              viewerId={viewerId}
              author={{
                name: author?.name || t("people.someone"),
                imageUrl: author?.imageUrl ?? null,
              }}
              members={shared.members}
              nameOf={shared.nameOf}
              watch={shared.watch}
              changes={shared.changes}
              sending={shared.sending}
              acts={shared.acts}
              onOpenQuote={shared.onOpenQuote}
            />
          )}
        </PanelBoundary>
      </TabStop>
    </div>
  );
}

function brokenMessage() {
  return (
    <p role="note" className="py-1 text-center text-meta text-muted">
      {t("message.broken")}
    </p>
  );
}

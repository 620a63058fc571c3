"use client";

import { useQuery } from "convex/react";
import { useMemo } from "react";
import { api } from "@/convex/_generated/api";
import { bulkIdsMax } from "@/shared/limits";
import type { MessageRow } from "./message-rows";

export type ChatPerson = { userId: string; name: string; imageUrl: string | null };

/**
 * Whoever a chat's messages name: its members, and those who have left and are asked for, since what
 * they said keeps its author.
 */
export function useChatPeople(
  members: readonly ChatPerson[] | undefined,
  rows: readonly MessageRow[],
): ReadonlyMap<string, ChatPerson> {
  const present = useMemo(
    () => new Map(members?.map((member) => [member.userId, member])),
    [members],
  );
  const missing = useMemo(() => {
    if (members === undefined) return "";
    const named = new Set(rows.flatMap(namedBy));
    const former = [...named].filter((userId) => !present.has(userId));
    return former.sort().slice(0, bulkIdsMax).join("\n");
  }, [members, present, rows]);
  const args = useMemo(() => ({ userIds: missing.split("\n") }), [missing]);
  const found = useQuery(api.users.getUsers, missing === "" ? "skip" : args);
  return useMemo(() => {
    if (!found?.length) return present;
    const former = found.map(
      ({ clerkId, name, imageUrl }) => [clerkId, { userId: clerkId, name, imageUrl }] as const,
    );
    return new Map<string, ChatPerson>([...present, ...former]);
  }, [present, found]);
}

function namedBy({ message }: MessageRow): string[] {
  const { senderId, event, quote } = message;
  const quoted = quote ? [quote.senderId] : [];
  return [senderId, ...quoted, ...(event === null ? [] : subjectsOf(event))];
}

function subjectsOf(event: NonNullable<MessageRow["message"]["event"]>): string[] {
  switch (event.type) {
    case "added":
      return event.userIds;
    case "removed":
    case "role":
      return [event.userId];
    default:
      return [];
  }
}

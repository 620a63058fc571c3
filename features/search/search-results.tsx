"use client";

import { useMutation, useQuery } from "convex/react";
import { SearchX } from "lucide-react";
import { type ReactNode, useId, useMemo, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { api } from "@/convex/_generated/api";
import { startOfDay } from "@/lib/dates";
import { bulkIdsMax } from "@/shared/limits";
import { sentenceOf } from "../connection/panel-error";
import { useServerNow } from "../connection/use-server-now";
import { filterByTitle } from "../conversations/conversation-look";
import { ConversationRow } from "../conversations/conversation-row";
import { useConversationRows } from "../conversations/use-conversation-rows";
import { useLoadMoreMark } from "../conversations/use-load-more-mark";
import { t } from "../language/t";
import { openConversation } from "../navigation/open-conversation";
import { type Person, SEARCH_DEBOUNCE_MS, useDebounced, usePeople } from "../users/use-people";
import { HitRow } from "./hit-row";
import { MarkedText } from "./marked-text";
import { RESULT } from "./result-keys";
import { type MessageHit, useMessageSearch } from "./use-message-search";

const MINUTE_MS = 60_000;
const PEOPLE_SHOWN = 8;

/** Where a search looks for messages, when not everywhere. */
export type SearchScope = { conversationId: string; title: string };

export type SearchResultsProps = {
  openId: string | null;
  search: string;
  scope: SearchScope | null;
  onScope: (scope: SearchScope) => void;
  onClear: () => void;
};

/** Chats, people and messages that a search finds, in this order; in a scope its messages only. */
export function SearchResults({ openId, search, scope, onScope, onClear }: SearchResultsProps) {
  const trimmed = search.trim();
  const { userId } = useIdentity();
  const { rows, status, loadMore } = useConversationRows(openId);
  const chats = useMemo(() => (scope ? [] : filterByTitle(rows, trimmed)), [scope, rows, trimmed]);
  // A search looks through all chats, so it asks for the rest as long as there is one.
  const chatsMark = useLoadMoreMark(status === "CanLoadMore" && !scope, loadMore);
  const { people, status: peopleStatus, settledSearch } = usePeople(trimmed);
  const strangers = useMemo(() => {
    const known = new Set(rows.map(({ avatarId }) => avatarId));
    const shown = scope || settledSearch === "" ? [] : people;
    return shown.filter(({ clerkId }) => !known.has(clerkId)).slice(0, PEOPLE_SHOWN);
  }, [scope, rows, people, settledSearch]);
  const settled = useDebounced(trimmed, SEARCH_DEBOUNCE_MS);
  const messages = useMessageSearch(settled, scope?.conversationId ?? null);
  const messagesMark = useLoadMoreMark(messages.hasMore, messages.loadMore);
  const messagesLook = usePatientLoading(messages.state === "searching" && !messages.hits.length);
  const looks = useMemo(() => new Map(rows.map((row) => [row.conversationId, row])), [rows]);
  const nameOf = useSenderNames(messages.hits, userId);
  const todayMs = startOfDay(useServerNow(MINUTE_MS));
  const open = rows.find(({ isOpen }) => isOpen);

  const isSettled = settled === trimmed && settledSearch === trimmed;
  const isDone = status === "Exhausted" && peopleStatus !== "LoadingFirstPage";
  const isOver = messages.state === "idle" || (messages.state === "found" && !messages.hasMore);
  const isEmpty = chats.length === 0 && strangers.length === 0 && messages.hits.length === 0;
  return (
    <section
      aria-label={t("search.results")}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-3"
    >
      {chats.length > 0 && (
        <Section title={t("search.chats")}>
          {chats.map((row) => (
            <ConversationRow key={row.conversationId} {...row} search={trimmed} />
          ))}
        </Section>
      )}
      <div ref={chatsMark} className="h-px" />
      {strangers.length > 0 && (
        <Section title={t("search.people")}>
          {strangers.map((person) => (
            <PersonResult key={person.clerkId} person={person} search={trimmed} />
          ))}
        </Section>
      )}
      {messagesLook === "skeleton" && <RowSkeleton label={t("search.loading")} />}
      {messages.hits.length > 0 && (
        <Section
          title={t("search.messages")}
          aside={
            open &&
            !scope && (
              <button
                type="button"
                onClick={() => onScope({ conversationId: open.conversationId, title: open.title })}
                className="min-w-0 truncate rounded-lg px-2 py-1 text-caption font-medium text-accent hover:bg-hover"
              >
                {t("search.onlyIn", { title: open.title })}
              </button>
            )
          }
        >
          {messages.hits.map((hit) => (
            <HitRow
              key={hit.messageId}
              hit={hit}
              search={messages.foundBy}
              look={looks.get(hit.conversationId)}
              sender={nameOf(hit.senderId)}
              todayMs={todayMs}
            />
          ))}
        </Section>
      )}
      {messages.state === "failed" && (
        <Notice
          title={t("error.title")}
          action={<Button onClick={messages.retry}>{t("error.retry")}</Button>}
        />
      )}
      {isEmpty && isSettled && isDone && isOver && (
        <Notice
          icon={<SearchX size={26} strokeWidth={1.8} aria-hidden="true" />}
          title={t("search.none", { search: trimmed })}
          text={scope ? undefined : t("search.noneText")}
          action={
            <Button variant="quiet" className="border border-line" onClick={onClear}>
              {t("search.clear")}
            </Button>
          }
        />
      )}
      <div ref={messagesMark} className="h-px" />
    </section>
  );
}

function Section(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="flex min-h-9 items-center justify-between gap-2 ps-5 pe-3 pt-1">
        <h2 id={id} className="shrink-0 text-caption font-semibold text-muted">
          {props.title}
        </h2>
        {props.aside}
      </div>
      <ul>{props.children}</ul>
    </section>
  );
}

/** Somebody one has no chat with yet. */
function PersonResult({ person, search }: { person: Person; search: string }) {
  const { userId } = useIdentity();
  const talk = useMutation(api.conversations.getOrCreateConversation);
  const [refusal, setRefusal] = useState<string | null>(null);
  return (
    <li className="px-2">
      <button
        {...RESULT}
        type="button"
        onClick={async () => {
          if (userId === null) return;
          setRefusal(null);
          try {
            openConversation(await talk({ participantIds: [userId, person.clerkId] }));
          } catch (error) {
            setRefusal(sentenceOf(error));
          }
        }}
        className="flex min-h-14 w-full items-center gap-3 rounded-row px-3 py-2 text-start outline-offset-[-2px] transition-colors duration-150 hover:bg-hover"
      >
        <Avatar id={person.clerkId} name={person.name} imageUrl={person.imageUrl} size="md" />
        <span className="min-w-0 flex-1">
          <bdi className="block truncate font-semibold">
            <MarkedText text={person.name} search={search} />
          </bdi>
          {refusal && (
            <span role="alert" className="block text-meta text-danger">
              {refusal}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}

/** The names of those who said what was found. */
function useSenderNames(hits: readonly MessageHit[], viewerId: string | null) {
  const key = useMemo(() => {
    const senders = new Set(hits.map(({ senderId }) => senderId));
    if (viewerId !== null) senders.delete(viewerId);
    return [...senders].sort().slice(0, bulkIdsMax).join("\n");
  }, [hits, viewerId]);
  const args = useMemo(() => ({ userIds: key.split("\n") }), [key]);
  const found = useQuery(api.users.getUsers, key === "" ? "skip" : args);
  return useMemo(() => {
    const names = new Map((found ?? []).map(({ clerkId, name }) => [clerkId, name]));
    return (senderId: string) => (senderId === viewerId ? t("message.you") : names.get(senderId));
  }, [found, viewerId]);
}

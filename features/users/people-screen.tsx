"use client";

import { useMutation } from "convex/react";
import { Users } from "lucide-react";
import { useRouter } from "next/navigation";
import { memo, useCallback, useMemo, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { SearchField } from "@/components/ui/search-field";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { api } from "@/convex/_generated/api";
import { PanelError, sentenceOf } from "../connection/panel-error";
import { useLoadMoreMark } from "../conversations/use-load-more-mark";
import { t } from "../language/t";
import { conversationHref } from "../navigation/open-conversation";
import { PresenceDot, PresenceText } from "../presence/presence-marks";
import type { PresenceStatus } from "../presence/presence-status";
import { usePresence } from "../presence/use-presence";
import { type Person, usePeople } from "./use-people";

/** Everybody one can talk to, with presence and search. */
export function PeopleScreen() {
  const [search, setSearch] = useState("");
  return (
    <main className="flex h-full min-h-0 flex-col bg-surface">
      <header className="w-full max-w-[1080px] px-5 pt-4 pb-3">
        <h1 className="flex min-h-10 items-center text-screen leading-tight font-title tracking-[-0.015em] touch:min-h-11">
          {t("people.title")}
        </h1>
        <SearchField
          label={t("people.search")}
          clearLabel={t("people.clear")}
          value={search}
          onChange={setSearch}
          className="mt-2 -mx-1 wide:max-w-[420px]"
        />
      </header>
      <PanelBoundary fallback={(error, retry) => <PanelError error={error} onRetry={retry} />}>
        <PeopleList search={search} onClear={() => setSearch("")} />
      </PanelBoundary>
    </main>
  );
}

function PeopleList({ search, onClear }: { search: string; onClear: () => void }) {
  const router = useRouter();
  const { userId } = useIdentity();
  const { people, settledSearch, status, loadMore } = usePeople(search);
  const look = usePatientLoading(status === "LoadingFirstPage" && people.length === 0);
  const presence = usePresence(useMemo(() => people.map(({ clerkId }) => clerkId), [people]));
  const mark = useLoadMoreMark(status === "CanLoadMore", loadMore);
  const open = useMutation(api.conversations.getOrCreateConversation);
  const [openingId, setOpeningId] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  const talkTo = useCallback(
    async (personId: string) => {
      if (userId === null) return;
      setOpeningId(personId);
      setRefusal(null);
      try {
        const conversationId = await open({ participantIds: [userId, personId] });
        router.push(conversationHref(conversationId));
      } catch (error) {
        setRefusal(sentenceOf(error));
        setOpeningId(null);
      }
    },
    [open, router, userId],
  );

  const isEmpty = people.length === 0 && status === "Exhausted";
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <div className="flex min-h-full w-full max-w-[1080px] flex-col px-2 pb-4">
        {refusal && (
          <p
            role="alert"
            className="mx-3 mb-2 rounded-xl bg-danger-soft px-4 py-2.5 text-preview text-danger"
          >
            {refusal}
          </p>
        )}
        {look === "skeleton" && <RowSkeleton label={t("people.loading")} />}
        {look === "ready" && isEmpty && settledSearch === "" && (
          <Notice
            icon={<Users size={26} strokeWidth={1.8} aria-hidden="true" />}
            title={t("people.empty.title")}
            text={t("people.empty.text")}
          />
        )}
        {look === "ready" && isEmpty && settledSearch !== "" && (
          <Notice
            title={t("people.noMatch", { search: settledSearch })}
            action={
              <Button variant="quiet" className="border border-line" onClick={onClear}>
                {t("people.clear")}
              </Button>
            }
          />
        )}
        {look === "ready" && people.length > 0 && (
          <ul
            aria-label={t("people.list")}
            className="grid grid-cols-[minmax(0,1fr)] gap-x-2 wide:grid-cols-[repeat(auto-fill,minmax(280px,1fr))]"
          >
            {people.map((person) => (
              <PersonRow
                key={person.clerkId}
                person={person}
                presence={presence.get(person.clerkId)}
                isOpening={openingId === person.clerkId}
                onOpen={talkTo}
              />
            ))}
          </ul>
        )}
        <div ref={mark} className="h-px" />
      </div>
    </div>
  );
}

type PersonRowProps = {
  person: Person;
  presence: PresenceStatus | undefined;
  isOpening: boolean;
  onOpen: (personId: string) => void;
};

const PersonRow = memo(function PersonRow({ person, presence, isOpening, onOpen }: PersonRowProps) {
  return (
    <li>
      <button
        type="button"
        disabled={isOpening}
        onClick={() => onOpen(person.clerkId)}
        className="group flex min-h-[68px] w-full items-center gap-3 rounded-row px-3 py-2.5 text-start outline-offset-[-2px] transition-colors duration-150 hover:bg-hover disabled:opacity-60"
      >
        <Avatar id={person.clerkId} name={person.name} imageUrl={person.imageUrl}>
          <PresenceDot status={presence} />
        </Avatar>
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">
            <bdi>{person.name}</bdi>
          </span>
          <span className="block min-h-5 truncate text-preview text-muted">
            <PresenceText status={presence} />
            {person.statusText && (
              <>
                {presence && " · "}
                <bdi>{person.statusText}</bdi>
              </>
            )}
          </span>
        </span>
      </button>
    </li>
  );
});

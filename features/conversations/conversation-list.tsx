"use client";

import { MessagesSquare, Plus } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { SearchField } from "@/components/ui/search-field";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { PanelError } from "../connection/panel-error";
import { t } from "../language/t";
import { filterByTitle } from "./conversation-look";
import { ConversationRow } from "./conversation-row";
import { useConversationRows } from "./use-conversation-rows";
import { useLoadMoreMark } from "./use-load-more-mark";

const NewGroupDialog = dynamic(() =>
  import("./new-group-dialog").then((room) => room.NewGroupDialog),
);

/** The header of the list, and the list itself, which may fail or load without taking the header along. */
export function ConversationList({ openId }: { openId: string | null }) {
  const [search, setSearch] = useState("");
  const [isGroupOpen, setIsGroupOpen] = useState(false);
  return (
    <section className="flex h-full min-h-0 flex-col bg-surface">
      <header className="flex items-center justify-between ps-5 pe-3 pt-4 pb-2">
        <h1 className="text-screen leading-tight font-title tracking-[-0.015em]">
          {t("list.title")}
        </h1>
        <IconButton label={t("group.new")} onClick={() => setIsGroupOpen(true)}>
          <Plus size={21} aria-hidden="true" />
        </IconButton>
      </header>
      <SearchField
        label={t("list.filter")}
        clearLabel={t("people.clear")}
        value={search}
        onChange={setSearch}
        className="mx-4 mb-2.5"
      />
      <PanelBoundary fallback={(error, retry) => <PanelError error={error} onRetry={retry} />}>
        <ListBody openId={openId} search={search} />
      </PanelBoundary>
      {isGroupOpen && <NewGroupDialog onClose={() => setIsGroupOpen(false)} />}
    </section>
  );
}

function ListBody({ openId, search }: { openId: string | null; search: string }) {
  const { rows, status, loadMore } = useConversationRows(openId);
  const look = usePatientLoading(status === "LoadingFirstPage");
  const isSearching = search.trim() !== "";
  const shown = isSearching ? filterByTitle(rows, search) : rows;
  // A search looks through everything, so it asks for the rest as long as there is one.
  const mark = useLoadMoreMark(status === "CanLoadMore", loadMore);

  return (
    <nav
      aria-label={t("list.label")}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-3"
    >
      {look === "skeleton" && <RowSkeleton label={t("list.loading")} />}
      {look === "ready" &&
        shown.length === 0 &&
        status === "Exhausted" &&
        (isSearching ? <Notice title={t("list.noMatch")} /> : <EmptyList />)}
      {look === "ready" && shown.length > 0 && (
        <ul>
          {shown.map((row) => (
            <ConversationRow key={row.conversationId} {...row} />
          ))}
        </ul>
      )}
      <div ref={mark} className="h-px" />
    </nav>
  );
}

function EmptyList() {
  return (
    <Notice
      icon={<MessagesSquare size={26} strokeWidth={1.8} aria-hidden="true" />}
      title={t("list.empty.title")}
      text={t("list.empty.text")}
      action={
        <Link
          href="/users"
          className="inline-flex min-h-10 items-center rounded-xl bg-accent px-4 text-preview font-semibold text-on-accent transition-colors duration-150 hover:bg-accent-strong touch:min-h-11"
        >
          {t("list.empty.action")}
        </Link>
      }
    />
  );
}

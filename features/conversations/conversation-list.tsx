"use client";

import { Command, MessagesSquare, Plus, X } from "lucide-react";
import { useIsPresent } from "motion/react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useCallback, useEffect, useRef, useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { SearchField } from "@/components/ui/search-field";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { PanelError } from "../connection/panel-error";
import { t } from "../language/t";
import { conversationHref } from "../navigation/open-conversation";
import { openSheet } from "../palette/open-sheet";
import { walkResults } from "../search/result-keys";
import type { SearchScope } from "../search/search-results";
import { noteChatOrder } from "./chat-order";
import { ConversationRow, type OpenRowMenu } from "./conversation-row";
import { MarkAllRead } from "./mark-all-read";
import { UnreadEdge } from "./unread-edge";
import { useConversationActs } from "./use-conversation-acts";
import { useConversationRows } from "./use-conversation-rows";
import { useLoadMoreMark } from "./use-load-more-mark";
import { walkRows } from "./walk-rows";

const NewGroupDialog = dynamic(
  () => import("./new-group-dialog").then((room) => room.NewGroupDialog),
  { loading: () => null },
);

const SearchResults = dynamic(
  () => import("../search/search-results").then((room) => room.SearchResults),
  { loading: () => null },
);

/** What is searched for in the list, and where. It outlives the list, which a phone takes away for a chat. */
export type ListSearch = { text: string; scope: SearchScope | null };

export const NO_SEARCH: ListSearch = { text: "", scope: null };

export type ConversationListProps = {
  openId: string | null;
  /** The chat from which one has come back to the list: its row takes the focus. */
  returnTo: string | null;
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
};

const ConversationMenu = dynamic(
  () => import("./conversation-menu").then((room) => room.ConversationMenu),
  { loading: () => null },
);

/** The header of the list, and the list itself, which may fail or load without taking the header along. */
export function ConversationList(props: ConversationListProps) {
  const { openId, returnTo, search, onSearch } = props;
  const [isGroupOpen, setIsGroupOpen] = useState(false);
  const isSearching = search.text.trim() !== "";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the field and the results.
    <section
      // One step for the arrow keys from the field into what it has found.
      onKeyDown={isSearching ? walkResults : undefined}
      className="flex h-full min-h-0 flex-col bg-surface"
    >
      <header className="flex items-center justify-between ps-5 pe-3 pt-4 pb-2">
        <h1 className="text-screen leading-tight font-title tracking-[-0.015em]">
          {t("list.title")}
        </h1>
        <div className="flex">
          <MarkAllRead />
          <IconButton label={t("group.new")} onClick={() => setIsGroupOpen(true)}>
            <Plus size={21} aria-hidden="true" />
          </IconButton>
        </div>
      </header>
      <SearchField
        label={t("list.filter")}
        clearLabel={t("search.clear")}
        value={search.text}
        // Emptied, it is a search no more, wherever it was.
        onChange={(text) => onSearch({ text, scope: text === "" ? null : search.scope })}
        className="mx-4 mb-2.5"
        action={
          <IconButton label={t("palette.field")} onClick={() => openSheet("palette")}>
            <Command size={16} aria-hidden="true" />
          </IconButton>
        }
      />
      {search.scope && (
        <button
          type="button"
          aria-label={t("search.leaveScope", { title: search.scope.title })}
          onClick={() => onSearch({ ...search, scope: null })}
          className="mx-4 mb-2 flex min-h-8 max-w-full items-center gap-1.5 self-start rounded-full bg-accent-soft ps-3 pe-2 text-meta font-medium text-accent-strong touch:min-h-11"
        >
          <bdi className="truncate">{t("search.in", { title: search.scope.title })}</bdi>
          <X size={14} aria-hidden="true" className="shrink-0" />
        </button>
      )}
      <PanelBoundary fallback={(error, retry) => <PanelError error={error} onRetry={retry} />}>
        {isSearching ? (
          <SearchResults
            openId={openId}
            search={search.text}
            scope={search.scope}
            onScope={(scope) => onSearch({ ...search, scope })}
            onClear={() => onSearch(NO_SEARCH)}
          />
        ) : (
          <ListBody openId={openId} returnTo={returnTo} />
        )}
      </PanelBoundary>
      {isGroupOpen && <NewGroupDialog onClose={() => setIsGroupOpen(false)} />}
    </section>
  );
}

type ListBodyProps = Pick<ConversationListProps, "openId" | "returnTo">;

function ListBody({ openId, returnTo }: ListBodyProps) {
  const { rows, status, loadMore } = useConversationRows(openId);
  const look = usePatientLoading(status === "LoadingFirstPage");
  const list = useRef<HTMLElement>(null);
  useEffect(() => noteChatOrder(rows), [rows]);
  // Whoever comes back while the list still slides away meets the same list, not a new one.
  const isPresent = useIsPresent();
  const returnedTo = useRef<string | null>(null);
  useEffect(() => {
    if (!isPresent || returnTo === null) returnedTo.current = null;
    else if (rows.length > 0 && returnedTo.current !== returnTo) {
      returnedTo.current = returnTo;
      const href = conversationHref(returnTo);
      const links = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
      links.find((link) => link.getAttribute("href") === href)?.focus({ preventScroll: true });
    }
  }, [rows, isPresent, returnTo]);
  const mark = useLoadMoreMark(status === "CanLoadMore", loadMore);
  const acts = useConversationActs();
  const [menu, setMenu] = useState<Parameters<OpenRowMenu> | null>(null);
  const openMenu = useCallback<OpenRowMenu>((...asked) => setMenu(asked), []);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const stop = [focusedId, openId].find((id) => rows.some((row) => row.conversationId === id));
  const stopId = stop ?? rows[0]?.conversationId;
  const menuRow = menu && rows.find(({ conversationId }) => conversationId === menu[0]);

  return (
    <div className="relative min-h-0 flex-1">
      <nav
        ref={list}
        aria-label={t("list.label")}
        onKeyDown={walkRows}
        className="h-full overflow-y-auto overscroll-contain pb-3"
      >
        {look === "skeleton" && <RowSkeleton label={t("list.loading")} />}
        {look === "ready" && rows.length === 0 && status === "Exhausted" && <EmptyList />}
        {look === "ready" && rows.length > 0 && (
          <ul>
            {rows.map((row) => (
              <ConversationRow
                key={row.conversationId}
                {...row}
                isTabStop={row.conversationId === stopId}
                onFocus={setFocusedId}
                onMenu={openMenu}
              />
            ))}
          </ul>
        )}
        <div ref={mark} className="h-px" />
        {acts.refusal && (
          <p
            role="alert"
            className="sticky bottom-0 mx-4 rounded-xl bg-danger-soft px-4 py-2 text-meta text-danger"
          >
            {acts.refusal}
          </p>
        )}
        {menu && menuRow && (
          <ConversationMenu
            key={menuRow.conversationId}
            row={menuRow}
            at={menu[1]}
            returnFocusTo={menu[2]}
            onAct={(act) => acts.begin(act, menuRow)}
            onClose={() => setMenu(null)}
          />
        )}
        {acts.dialog}
      </nav>
      <UnreadEdge list={list} revision={rows} />
    </div>
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

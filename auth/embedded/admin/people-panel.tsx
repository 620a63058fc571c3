"use client";

import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { SearchField } from "@/components/ui/search-field";
import { t } from "@/features/language/t";
import type { PeoplePage } from "../people";
import { useAnswer } from "../use-answer";
import { Answered } from "./answered";
import { LinkNotice } from "./link-notice";
import { PersonLine } from "./person-line";

const PAGE_PEOPLE = 50;
const SEARCH_PAUSE_MS = 250;

/** Everybody with an account, and what owners and admins do about it. */
export function PeoplePanel() {
  // A name in the log leads here.
  const asked = useSearchParams().get("search") ?? "";
  const [search, setSearch] = useState(asked);
  const [offset, setOffset] = useState(0);
  const settled = useSettled(search);
  const people = useAnswer<PeoplePage>(
    `admin/people?offset=${offset}&search=${encodeURIComponent(settled)}`,
  );
  const [resetLink, setResetLink] = useState<{ name: string; link: string } | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  return (
    <>
      <SearchField
        label={t("admin.search")}
        clearLabel={t("search.clear")}
        value={search}
        onChange={(value) => {
          setSearch(value);
          setOffset(0);
        }}
        className="mb-2 wide:max-w-[420px]"
      />
      <div role="alert" className="empty:hidden">
        {refusal && (
          <p className="my-2 rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {refusal}
          </p>
        )}
      </div>
      {resetLink && (
        <LinkNotice
          text={t("admin.resetLink.text", { name: resetLink.name })}
          link={resetLink.link}
          onClose={() => setResetLink(null)}
        />
      )}
      <Answered answer={people}>
        {({ people: found, total }) => (
          <>
            {found.length === 0 && <Notice title={t("admin.nobody")} />}
            <ul aria-label={t("admin.accounts")} className="flex flex-col">
              {found.map((person) => (
                <PersonLine
                  key={person.id}
                  person={person}
                  onLink={(link) => setResetLink({ name: person.name, link })}
                  onRefused={setRefusal}
                  onChanged={people.reload}
                />
              ))}
            </ul>
            {total > PAGE_PEOPLE && (
              <nav aria-label={t("admin.pages")} className="mt-3 flex items-center gap-3">
                <Button
                  variant="quiet"
                  disabled={offset === 0}
                  onClick={() => setOffset(Math.max(0, offset - PAGE_PEOPLE))}
                >
                  {t("admin.newer")}
                </Button>
                <p className="text-meta text-muted">
                  {t("admin.range", { from: offset + 1, to: offset + found.length, total })}
                </p>
                <Button
                  variant="quiet"
                  disabled={offset + PAGE_PEOPLE >= total}
                  onClick={() => setOffset(offset + PAGE_PEOPLE)}
                >
                  {t("admin.older")}
                </Button>
              </nav>
            )}
          </>
        )}
      </Answered>
    </>
  );
}

/** What was typed, once the typing pauses. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

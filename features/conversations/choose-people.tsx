"use client";

import { Check, X } from "lucide-react";
import { Avatar } from "@/components/ui/avatar";
import { t } from "../language/t";
import { type Person, usePeople } from "../users/use-people";
import { useLoadMoreMark } from "./use-load-more-mark";

const NOBODY: readonly string[] = [];

type ChosenProps = { people: readonly Person[]; onRemove: (person: Person) => void };

/** Who has been chosen; a press takes them out again. */
export function Chosen({ people, onRemove }: ChosenProps) {
  if (people.length === 0) return null;
  return (
    <ul
      aria-label={t("group.chosen", { count: people.length })}
      className="mt-3 flex max-h-24 flex-wrap gap-1.5 overflow-y-auto"
    >
      {people.map((person) => (
        <li key={person.clerkId}>
          <button
            type="button"
            aria-label={t("group.remove", { name: person.name })}
            onClick={() => onRemove(person)}
            className="inline-flex max-w-52 items-center gap-1.5 rounded-full bg-accent-soft py-1 ps-1 pe-2.5 text-meta font-medium text-ink"
          >
            <Avatar id={person.clerkId} name={person.name} imageUrl={person.imageUrl} size="xs" />
            <bdi className="truncate">{person.name}</bdi>
            <X size={14} aria-hidden="true" className="shrink-0 text-muted" />
          </button>
        </li>
      ))}
    </ul>
  );
}

type PeopleToChooseProps = {
  search: string;
  chosen: readonly Person[];
  /** Ids of those who cannot be chosen. */
  without?: readonly string[];
  onToggle: (person: Person) => void;
};

/** Everybody whom the search finds, to be chosen. */
export function PeopleToChoose({
  search,
  chosen,
  without = NOBODY,
  onToggle,
}: PeopleToChooseProps) {
  const { people: found, status, loadMore } = usePeople(search);
  const people = found.filter(({ clerkId }) => !without.includes(clerkId));
  const mark = useLoadMoreMark(status === "CanLoadMore", loadMore);
  const chosenIds = new Set(chosen.map(({ clerkId }) => clerkId));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 py-2">
      <ul aria-label={t("group.people")}>
        {people.map((person) => (
          <li key={person.clerkId}>
            <label className="relative flex min-h-14 cursor-pointer items-center gap-3 rounded-row px-3 py-2 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent">
              <Avatar id={person.clerkId} name={person.name} imageUrl={person.imageUrl} size="md" />
              <span className="min-w-0 flex-1 truncate font-medium">
                <bdi>{person.name}</bdi>
              </span>
              <span className="relative grid size-6 shrink-0 place-items-center">
                <input
                  type="checkbox"
                  checked={chosenIds.has(person.clerkId)}
                  onChange={() => onToggle(person)}
                  className="peer size-6 cursor-pointer appearance-none rounded-full border-2 border-faint outline-none checked:border-accent checked:bg-accent"
                />
                <Check
                  size={14}
                  strokeWidth={3}
                  aria-hidden="true"
                  className="pointer-events-none absolute text-on-accent opacity-0 peer-checked:opacity-100"
                />
              </span>
            </label>
          </li>
        ))}
      </ul>
      {people.length === 0 && status === "Exhausted" && (
        <p className="px-3 py-6 text-center text-preview text-muted">
          {search.trim() === ""
            ? t("people.empty.title")
            : t("people.noMatch", { search: search.trim() })}
        </p>
      )}
      <div ref={mark} className="h-px" />
    </div>
  );
}

"use client";

import { useMutation } from "convex/react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { DialogFrame } from "@/components/ui/dialog-frame";
import { SearchField } from "@/components/ui/search-field";
import { api } from "@/convex/_generated/api";
import { groupMembersMax } from "@/shared/limits";
import { sentenceOf } from "../connection/panel-error";
import { Chosen, PeopleToChoose } from "../conversations/choose-people";
import { t } from "../language/t";
import type { Person } from "../users/use-people";

export type AddPeopleDialogProps = {
  conversationId: string;
  memberIds: readonly string[];
  onClose: () => void;
};

/** Adds people to a group; who is in it already cannot be chosen. */
export function AddPeopleDialog({ conversationId, memberIds, onClose }: AddPeopleDialogProps) {
  const addMembers = useMutation(api.groups.addMembers);
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [search, setSearch] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isAdding, setIsAdding] = useState(false);
  const toggle = (person: Person) => {
    setProblem(null);
    setChosen((before) =>
      before.some(({ clerkId }) => clerkId === person.clerkId)
        ? before.filter(({ clerkId }) => clerkId !== person.clerkId)
        : [...before, person].slice(0, Math.max(0, groupMembersMax - memberIds.length)),
    );
  };
  async function add() {
    setIsAdding(true);
    setProblem(null);
    try {
      await addMembers({ conversationId, userIds: chosen.map(({ clerkId }) => clerkId) });
      onClose();
    } catch (error) {
      setProblem(sentenceOf(error));
      setIsAdding(false);
    }
  }
  return (
    <DialogFrame
      title={t("details.add")}
      closeLabel={t("close")}
      onClose={onClose}
      className="wide:h-[min(600px,88dvh)] max-wide:top-0 max-wide:max-h-none max-wide:rounded-none"
    >
      <div className="px-5">
        <Chosen people={chosen} onRemove={toggle} />
        <SearchField
          label={t("group.search")}
          clearLabel={t("people.clear")}
          value={search}
          onChange={setSearch}
          className="mt-2"
        />
      </div>
      <PeopleToChoose search={search} chosen={chosen} without={memberIds} onToggle={toggle} />
      <footer className="border-t border-line px-5 py-4">
        {problem && (
          <p role="alert" className="mb-3 text-meta font-medium text-danger">
            {problem}
          </p>
        )}
        <Button wide disabled={isAdding || chosen.length === 0} onClick={add}>
          {t("details.addChosen")}
        </Button>
      </footer>
    </DialogFrame>
  );
}

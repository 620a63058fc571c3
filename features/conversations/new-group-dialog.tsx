"use client";

import { useMutation } from "convex/react";
import { X } from "lucide-react";
import { useRouter } from "next/navigation";
import * as Dialog from "radix-ui/dialog";
import { type FormEvent, useCallback, useState } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { SearchField } from "@/components/ui/search-field";
import { TextField } from "@/components/ui/text-field";
import { api } from "@/convex/_generated/api";
import { cn } from "@/lib/cn";
import { leaveSheets } from "@/lib/sheet-steps";
import { useBackCloses } from "@/lib/use-back-closes";
import { useFocusReturn } from "@/lib/use-focus-return";
import { groupMembersMax, groupNameMaxUnits } from "@/shared/limits";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";
import { conversationHref } from "../navigation/open-conversation";
import type { Person } from "../users/use-people";
import { Chosen, PeopleToChoose } from "./choose-people";

/** Asks for a name and people, makes the group and opens it. */
export function NewGroupDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const createGroup = useMutation(api.conversations.createGroup);
  useBackCloses(onClose);
  const returnFocus = useFocusReturn();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [search, setSearch] = useState("");
  const [problem, setProblem] = useState<{ at: "name" | "people"; text: string } | null>(null);
  const [isCreating, setIsCreating] = useState(false);

  const toggle = useCallback((person: Person) => {
    setProblem(null);
    setChosen((before) =>
      before.some(({ clerkId }) => clerkId === person.clerkId)
        ? before.filter(({ clerkId }) => clerkId !== person.clerkId)
        : [...before, person].slice(0, groupMembersMax - 1),
    );
  }, []);

  async function create(event: FormEvent) {
    event.preventDefault();
    if (isCreating) return;
    if (name.trim() === "") return setProblem({ at: "name", text: t("group.nameMissing") });
    if (chosen.length === 0) return setProblem({ at: "people", text: t("group.peopleMissing") });
    setIsCreating(true);
    setProblem(null);
    try {
      const participantIds = chosen.map(({ clerkId }) => clerkId);
      const conversationId = await createGroup({ groupName: name.trim(), participantIds });
      onClose();
      leaveSheets(() => router.push(conversationHref(conversationId)));
    } catch (error) {
      setProblem({ at: "people", text: sentenceOf(error) });
      setIsCreating(false);
    }
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={returnFocus}
          className={cn(
            "fixed z-50 flex animate-appear flex-col bg-raised shadow-float",
            "wide:inset-0 wide:m-auto wide:h-[min(640px,88dvh)] wide:w-[440px] wide:rounded-[24px]",
            "max-wide:inset-0 max-wide:pb-[env(safe-area-inset-bottom)]",
          )}
        >
          <header className="flex items-center justify-between ps-5 pe-3 pt-3 pb-1">
            <Dialog.Title className="text-[18px] font-title">{t("group.new")}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label={t("close")}>
                <X size={20} aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </header>
          <form onSubmit={create} className="flex min-h-0 flex-1 flex-col" noValidate>
            <div className="px-5">
              <TextField
                label={t("group.name")}
                name="groupName"
                value={name}
                maxLength={groupNameMaxUnits}
                dir="auto"
                autoComplete="off"
                error={problem?.at === "name" ? problem.text : null}
                onChange={(event) => {
                  setName(event.target.value);
                  setProblem(null);
                }}
              />
              <Chosen people={chosen} onRemove={toggle} />
              <SearchField
                label={t("group.search")}
                clearLabel={t("people.clear")}
                value={search}
                onChange={setSearch}
                className="mt-3"
              />
            </div>
            <PeopleToChoose search={search} chosen={chosen} onToggle={toggle} />
            <footer className="border-t border-line px-5 py-4">
              {problem?.at === "people" && (
                <p role="alert" className="mb-3 text-meta font-medium text-danger">
                  {problem.text}
                </p>
              )}
              <Button type="submit" wide disabled={isCreating}>
                {isCreating ? t("group.creating") : t("group.create")}
              </Button>
            </footer>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

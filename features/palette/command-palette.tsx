"use client";

import { useConvexAuth, useMutation, usePaginatedQuery } from "convex/react";
import {
  Keyboard,
  LogOut,
  type LucideIcon,
  MessageCircle,
  Search,
  SunMoon,
  User,
  UserPlus,
  Users,
} from "lucide-react";
import * as Dialog from "radix-ui/dialog";
import { type KeyboardEvent, type RefObject, useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useIdentity } from "@/auth/use-identity";
import { Avatar } from "@/components/ui/avatar";
import { api } from "@/convex/_generated/api";
import { cn } from "@/lib/cn";
import { useBackCloses } from "@/lib/use-back-closes";
import { pageItemsMax, searchMaxUnits } from "@/shared/limits";
import { sentenceOf } from "../connection/panel-error";
import { conversationLook } from "../conversations/conversation-look";
import { t } from "../language/t";
import { conversationHref, openConversation } from "../navigation/open-conversation";
import { toggleTheme } from "../theme/use-theme";
import { usePeople } from "../users/use-people";
import { fuzzyFilter } from "./fuzzy";
import type { Sheet } from "./open-sheet";

const CHATS_SHOWN = 7;
const PEOPLE_SHOWN = 5;

export type CommandPaletteProps = {
  onClose: () => void;
  onSheet: (sheet: Sheet) => void;
  onPage: (href: string) => void;
  returnFocusTo: RefObject<HTMLElement | null>;
  /** What was typed before the palette was here. */
  initialSearch: string;
};

type Item = {
  key: string;
  label: string;
  picture: { avatarId: string; imageUrl: string | null } | LucideIcon;
  run: () => void;
};

type Group = { title: string; items: Item[] };

/** Goes to any chat, person or command by a few letters of its name. */
export function CommandPalette(props: CommandPaletteProps) {
  const { onClose, returnFocusTo } = props;
  useBackCloses(onClose);
  const [search, setSearch] = useState(props.initialSearch);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const hasLeft = useRef(false);
  const id = useId();

  /** The focus goes along to where it leads, instead of back. */
  const leave = (then: () => void) => {
    hasLeft.current = true;
    // At once, so that the next key is for what was chosen and not for what was left.
    flushSync(() => {
      onClose();
      then();
    });
  };
  const groups = usePaletteGroups(search, { ...props, leave, onRefusal: setRefusal });
  const items = groups.flatMap((group) => group.items);
  const active = items.find(({ key }) => key === activeKey) ?? items[0];

  const move = (by: number) => {
    const at = active ? items.indexOf(active) : -1;
    const next = items[(at + by + items.length) % Math.max(1, items.length)];
    setActiveKey(next?.key ?? null);
    if (next) document.getElementById(`${id}${next.key}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") active?.run();
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (!hasLeft.current) returnFocusTo.current?.focus();
          }}
          className="fixed inset-x-0 z-50 mx-auto flex max-h-[min(520px,76dvh)] w-[560px] max-w-[calc(100vw-24px)] animate-appear flex-col overflow-hidden rounded-[20px] bg-raised shadow-float wide:top-[12dvh] max-wide:top-3"
        >
          <Dialog.Title className="sr-only">{t("palette.title")}</Dialog.Title>
          <div className="flex items-center gap-3 border-b border-line ps-5 pe-4">
            <Search size={18} aria-hidden="true" className="shrink-0 text-faint" />
            <input
              // biome-ignore lint/a11y/noAutofocus: a dialog that was opened to write into this field.
              autoFocus
              role="combobox"
              aria-expanded="true"
              aria-label={t("palette.field")}
              aria-controls={`${id}list`}
              aria-activedescendant={active ? `${id}${active.key}` : undefined}
              aria-autocomplete="list"
              placeholder={t("palette.field")}
              autoComplete="off"
              dir="auto"
              maxLength={searchMaxUnits}
              value={search}
              onChange={(event) => {
                setSearch(event.target.value);
                setActiveKey(null);
                setRefusal(null);
              }}
              onKeyDown={onKeyDown}
              className="h-14 min-w-0 flex-1 bg-transparent text-body outline-none placeholder:text-faint focus-visible:shadow-none"
            />
          </div>
          {refusal && (
            <p role="alert" className="bg-danger-soft px-5 py-2 text-meta text-danger">
              {refusal}
            </p>
          )}
          <div
            id={`${id}list`}
            role="listbox"
            aria-label={t("palette.title")}
            className="min-h-0 overflow-y-auto overscroll-contain p-2"
          >
            {groups.map(({ title, items }) =>
              items.length === 0 ? null : (
                // biome-ignore lint/a11y/useSemanticElements: a part of a list of options.
                <div key={title} role="group" aria-label={title}>
                  <p
                    aria-hidden="true"
                    className="px-3 pt-2 pb-1 text-caption font-semibold text-muted"
                  >
                    {title}
                  </p>
                  {items.map((item) => (
                    <PaletteOption
                      key={item.key}
                      id={`${id}${item.key}`}
                      item={item}
                      isActive={item === active}
                      onPoint={() => setActiveKey(item.key)}
                    />
                  ))}
                </div>
              ),
            )}
            {items.length === 0 && (
              <p role="status" className="px-3 py-8 text-center text-preview text-muted">
                {t("search.none", { search: search.trim() })}
              </p>
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type PaletteOptionProps = { id: string; item: Item; isActive: boolean; onPoint: () => void };

function PaletteOption({ id, item, isActive, onPoint }: PaletteOptionProps) {
  const { picture, label } = item;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus.
    // biome-ignore lint/a11y/useFocusableInteractive: pointed at by the field.
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onClick={item.run}
      onPointerMove={isActive ? undefined : onPoint}
      className={cn(
        "flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-3 py-1.5",
        isActive && "bg-accent-soft",
      )}
    >
      {"avatarId" in picture ? (
        <Avatar id={picture.avatarId} name={label} imageUrl={picture.imageUrl} size="xs" />
      ) : (
        <CommandIcon icon={picture} />
      )}
      <bdi className="min-w-0 flex-1 truncate text-preview font-medium">{label}</bdi>
    </div>
  );
}

function CommandIcon({ icon: Icon }: { icon: LucideIcon }) {
  return (
    <span className="grid size-7 shrink-0 place-items-center text-muted">
      <Icon size={18} strokeWidth={1.9} aria-hidden="true" />
    </span>
  );
}

type Actions = CommandPaletteProps & {
  leave: (then: () => void) => void;
  onRefusal: (text: string) => void;
};

function usePaletteGroups(search: string, actions: Actions): Group[] {
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const talk = useMutation(api.conversations.getOrCreateConversation);
  const { results } = usePaginatedQuery(
    api.conversations.getUserConversations,
    isAuthenticated ? {} : "skip",
    { initialNumItems: pageItemsMax },
  );
  const { people } = usePeople(search);
  const { leave, onClose, onSheet, onPage, onRefusal } = actions;

  const goTo = (conversationId: string) => {
    const isHere = window.location.pathname === "/messages";
    leave(() =>
      isHere ? openConversation(conversationId) : onPage(conversationHref(conversationId)),
    );
  };
  const chats = useMemo(
    () =>
      results.map((conversation) => {
        const { title, avatarId, imageUrl } = conversationLook(conversation);
        const { conversationId } = conversation;
        return { key: `c${conversationId}`, label: title, avatarId, imageUrl, conversationId };
      }),
    [results],
  );
  const known = new Set(chats.map(({ avatarId }) => avatarId));
  const strangers = search.trim() === "" ? [] : people.filter(({ clerkId }) => !known.has(clerkId));
  const talkTo = async (personId: string) => {
    if (userId === null) return;
    try {
      goTo(await talk({ participantIds: [userId, personId] }));
    } catch (error) {
      onRefusal(sentenceOf(error));
    }
  };
  const page = (href: string) => () => leave(() => onPage(href));
  const commands: Item[] = [
    { key: "new-group", label: t("group.new"), picture: UserPlus, run: () => onSheet("new-group") },
    { key: "chats", label: t("nav.chats"), picture: MessageCircle, run: page("/messages") },
    { key: "people", label: t("nav.people"), picture: Users, run: page("/users") },
    {
      key: "theme",
      label: t("theme.toggle"),
      picture: SunMoon,
      run: () => {
        toggleTheme();
        onClose();
      },
    },
    { key: "profile", label: t("nav.profile"), picture: User, run: () => onSheet("profile") },
    {
      key: "shortcuts",
      label: t("shortcuts.title"),
      picture: Keyboard,
      run: () => onSheet("shortcuts"),
    },
    // By the panel, which says what would be lost.
    { key: "leave", label: t("profile.signOut"), picture: LogOut, run: () => onSheet("profile") },
  ];
  return [
    {
      title: t("search.chats"),
      items: fuzzyFilter(chats, search, CHATS_SHOWN).map((chat) => ({
        key: chat.key,
        label: chat.label,
        picture: chat,
        run: () => goTo(chat.conversationId),
      })),
    },
    {
      title: t("search.people"),
      items: strangers.slice(0, PEOPLE_SHOWN).map(({ clerkId, name, imageUrl }) => ({
        key: `p${clerkId}`,
        label: name,
        picture: { avatarId: clerkId, imageUrl },
        run: () => void talkTo(clerkId),
      })),
    },
    { title: t("palette.commands"), items: fuzzyFilter(commands, search, commands.length) },
  ];
}

"use client";

import { Ellipsis } from "lucide-react";
import * as Menu from "radix-ui/dropdown-menu";
import { type ReactNode, useRef, useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import type { TextKey } from "@/features/language/messages-en";
import { t } from "@/features/language/t";
import { cn } from "@/lib/cn";
import { formatDate } from "@/lib/dates";
import { useBackCloses } from "@/lib/use-back-closes";
import { useIdentity } from "../../use-identity";
import type { PersonOnServer, ServerRole } from "../people";
import { post, type ServiceOutcome } from "../service-request";
import { ConfirmDialog } from "./confirm-dialog";

const RISES = [
  ["owner", "admin.makeOwner"],
  ["admin", "admin.makeAdmin"],
  ["member", "admin.makeMember"],
] as const satisfies [ServerRole, TextKey][];

const ITEM =
  "flex min-h-10 items-center rounded-[10px] px-3 text-preview outline-none select-none data-highlighted:bg-hover touch:min-h-11";

export type PersonLineProps = {
  person: PersonOnServer;
  onLink: (link: string) => void;
  onRefused: (sentence: string | null) => void;
  onChanged: () => void;
};

/** One account, and the menu of what may be done about it. The service decides; what it refuses is said. */
export function PersonLine({ person, onLink, onRefused, onChanged }: PersonLineProps) {
  const { userId } = useIdentity();
  const [asked, setAsked] = useState<Question | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  useBackCloses(() => setIsOpen(false), isOpen);
  const ask = (question: Question) => {
    // A question gives the focus back to where it was when it was asked.
    trigger.current?.focus();
    setAsked(question);
  };
  const { id, name, email, role, isSuspended, imageUrl, hasTwoFactor } = person;
  const isSelf = id === userId;

  async function act<T>(path: string, more: object = {}): Promise<ServiceOutcome<T>> {
    const outcome = await post<T>(`admin/${path}`, { userId: id, ...more });
    onRefused(outcome.ok ? null : outcome.sentence);
    if (outcome.ok) onChanged();
    return outcome;
  }

  return (
    <li className="flex min-h-16 items-center gap-3 py-1.5">
      <Avatar id={id} name={name} imageUrl={imageUrl} size="md" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 text-preview font-semibold text-ink">
          <bdi className="truncate">{name}</bdi>
          {role !== "member" && <Badge>{t(`role.${role}`)}</Badge>}
          {isSuspended && <Badge isBad>{t("admin.suspended")}</Badge>}
        </p>
        <p className="truncate text-meta text-muted">
          <bdi>{email}</bdi>
        </p>
        <p className="flex flex-wrap gap-x-3 text-meta text-muted">
          {factsOf(person).map((fact) => (
            <bdi key={fact}>{fact}</bdi>
          ))}
        </p>
      </div>
      <Menu.Root modal={false} open={isOpen} onOpenChange={setIsOpen}>
        <Menu.Trigger ref={trigger} asChild>
          <IconButton label={t("admin.actions", { name })}>
            <Ellipsis size={19} aria-hidden="true" />
          </IconButton>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content
            align="end"
            sideOffset={4}
            collisionPadding={12}
            className="z-30 min-w-52 animate-appear rounded-2xl bg-raised p-1.5 shadow-float"
          >
            <Menu.Item
              className={ITEM}
              disabled={isSelf}
              onSelect={async () => {
                const outcome = await act<{ link: string }>("reset-link");
                if (outcome.ok) onLink(outcome.next.link);
              }}
            >
              {t("admin.resetLink")}
            </Menu.Item>
            {RISES.filter(([to]) => to !== role).map(([to, key]) => (
              <Menu.Item
                key={to}
                className={ITEM}
                onSelect={() => {
                  const question = questionOf(person, to, isSelf);
                  if (question) ask(question);
                  else void act("role", { role: to });
                }}
              >
                {t(key)}
              </Menu.Item>
            ))}
            {!isSelf && (
              <>
                {hasTwoFactor && (
                  <Menu.Item
                    className={ITEM}
                    onSelect={() =>
                      ask({
                        title: t("admin.twoOff.title", { name }),
                        text: t("admin.twoOff.text"),
                        confirmLabel: t("account.two.turnOff"),
                        path: "two-factor-off",
                      })
                    }
                  >
                    {t("admin.twoOff")}
                  </Menu.Item>
                )}
                <Menu.Item
                  className={ITEM}
                  onSelect={() => {
                    if (isSuspended) void act("restore");
                    else
                      ask({
                        title: t("reports.suspend.title", { name }),
                        text: t("reports.suspend.text"),
                        confirmLabel: t("admin.suspend"),
                        path: "suspend",
                      });
                  }}
                >
                  {t(isSuspended ? "admin.restore" : "admin.suspend")}
                </Menu.Item>
                <Menu.Item
                  className={cn(ITEM, "text-danger data-highlighted:bg-danger-soft")}
                  onSelect={() =>
                    ask({
                      title: t("admin.delete.title", { name }),
                      text: t("admin.delete.text"),
                      confirmLabel: t("message.delete"),
                      path: "delete-person",
                    })
                  }
                >
                  {t("admin.delete")}
                </Menu.Item>
              </>
            )}
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {asked && (
        <ConfirmDialog
          title={asked.title}
          text={asked.text}
          confirmLabel={asked.confirmLabel}
          onConfirm={() => post(`admin/${asked.path}`, { userId: id, ...asked.more })}
          onClose={(isDone) => {
            setAsked(null);
            if (isDone) onChanged();
          }}
        />
      )}
    </li>
  );
}

/** What an admin may want to know before acting; a session is only as new as its day. */
function factsOf({ createdAt, lastSessionAt, hasTwoFactor }: PersonOnServer): string[] {
  return [
    t("admin.person.since", { when: formatDate(createdAt) }),
    lastSessionAt === null
      ? t("admin.person.away")
      : t("admin.person.seen", { when: formatDate(lastSessionAt) }),
    ...(hasTwoFactor ? [t("admin.person.two")] : []),
  ];
}

/** What is asked before an act, and the act. */
type Question = {
  title: string;
  text: string;
  confirmLabel: string;
  path: string;
  more?: object;
};

/** Roles that one cannot take back by oneself are asked about: an owner's, and giving up one's own. */
function questionOf(person: PersonOnServer, to: ServerRole, isSelf: boolean): Question | null {
  const act = { path: "role", more: { role: to } };
  if (to === "owner") {
    return {
      title: t("admin.makeOwner.title", { name: person.name }),
      text: t("admin.makeOwner.text"),
      confirmLabel: t("admin.makeOwner"),
      ...act,
    };
  }
  if (!isSelf) return null;
  return {
    title: t("admin.stepDown.title"),
    text: t("admin.stepDown.text"),
    confirmLabel: t(to === "admin" ? "admin.makeAdmin" : "admin.makeMember"),
    ...act,
  };
}

function Badge({ isBad = false, children }: { isBad?: boolean; children: ReactNode }) {
  return (
    <span
      className={cn(
        "rounded-full px-2 py-px text-caption font-medium",
        isBad ? "bg-danger-soft text-danger" : "bg-accent-soft text-accent",
      )}
    >
      {children}
    </span>
  );
}

"use client";

import { notFound, useSearchParams } from "next/navigation";
import * as Tabs from "radix-ui/tabs";
import type { ComponentType } from "react";
import { FiguresPanel, InvitationsPanel, PeoplePanel } from "@/auth/admin-panels";
import { useIdentity, usePublicConfig } from "@/auth/use-identity";
import type { TextKey } from "../language/messages-en";
import { t } from "../language/t";
import { LogPanel } from "./log-panel";
import { ReportsPanel } from "./reports-panel";

type Room = { key: TextKey; Panel: ComponentType };

const OpenReports = () => <ReportsPanel isOpen />;

const ROOMS: readonly Room[] = [
  { key: "admin.people", Panel: PeoplePanel },
  { key: "admin.reports", Panel: OpenReports },
  { key: "admin.invitations", Panel: InvitationsPanel },
  { key: "admin.figures", Panel: FiguresPanel },
  { key: "admin.log", Panel: LogPanel },
];

/** Accounts that are Clerk's are looked after in its own dashboard. */
const ROOMS_WITH_CLERK = ROOMS.filter(({ key }) => key === "admin.reports" || key === "admin.log");

/** Where the address says which room is open, so that a reload and a link lead to it. */
const ROOM_PARAMETER = "room";

const nameOf = (key: string) => key.replace("admin.", "");

function openRoom(key: string): void {
  window.history.replaceState(null, "", `/admin?${ROOM_PARAMETER}=${nameOf(key)}`);
}

/** What the server's owners and admins see and do. For everybody else there is no such page. */
export function AdminScreen() {
  const rooms = usePublicConfig().authMode === "clerk" ? ROOMS_WITH_CLERK : ROOMS;
  const asked = useSearchParams().get(ROOM_PARAMETER);
  if (!useIdentity().isAdmin) notFound();
  const room = rooms.find(({ key }) => nameOf(key) === asked) ?? rooms[0];
  return (
    <main className="h-full overflow-y-auto overscroll-contain bg-surface">
      <div className="w-full max-w-[860px] px-5 pt-4 pb-10">
        <h1 className="flex min-h-10 items-center text-screen leading-tight font-title tracking-[-0.015em] touch:min-h-11">
          {t("admin.title")}
        </h1>
        <Tabs.Root value={room?.key ?? ""} onValueChange={openRoom}>
          <Tabs.List
            aria-label={t("admin.title")}
            className="-mx-1 mt-1 mb-4 flex gap-1 overflow-x-auto border-line border-b px-1"
          >
            {rooms.map(({ key }) => (
              <Tabs.Trigger
                key={key}
                value={key}
                className="min-h-10 shrink-0 border-b-2 border-transparent px-3 text-preview font-medium text-muted outline-offset-[-2px] hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink touch:min-h-11"
              >
                {t(key)}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {rooms.map(({ key, Panel }) => (
            <Tabs.Content key={key} value={key}>
              <Panel />
            </Tabs.Content>
          ))}
        </Tabs.Root>
      </div>
    </main>
  );
}

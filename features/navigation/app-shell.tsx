"use client";

import { type ReactNode, Suspense } from "react";
import { useIdentity } from "@/auth/use-identity";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { ConnectionBanner } from "../connection/connection-banner";
import { UnreadTitle } from "../conversations/unread-title";
import { t } from "../language/t";
import { KeepPages } from "../offline/keep-pages";
import { OutboxDelivery } from "../outbox/outbox-delivery";
import { AppSheets } from "../palette/app-sheets";
import { SettingsFollower } from "../settings/settings-follower";
import { UpdateOffer } from "../updates/update-offer";
import { MainNavigation } from "./main-navigation";

/**
 * The frame around every screen of a signed-in person. It stands at once; the screens come as soon as
 * this browser knows who is here, and their data when the database does.
 */
export function AppShell({ children }: { children: ReactNode }) {
  const { status } = useIdentity();
  const look = usePatientLoading(status !== "signed-in");
  return (
    <div className="flex h-[var(--app-height,100dvh)] flex-col-reverse overflow-hidden bg-bg wide:flex-row">
      <MainNavigation />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ConnectionBanner />
        <UpdateOffer />
        <div className="min-h-0 flex-1">
          {look === "ready" && <Suspense>{children}</Suspense>}
          {look === "skeleton" && <FrameSkeleton />}
        </div>
      </div>
      <UnreadTitle />
      <OutboxDelivery />
      <Suspense>{look === "ready" && <AppSheets />}</Suspense>
      <SettingsFollower />
      {status === "signed-in" && <KeepPages />}
    </div>
  );
}

function FrameSkeleton() {
  return (
    <div className="h-full border-line bg-surface pt-[110px] wide:w-[340px] wide:border-e">
      <RowSkeleton label={t("list.loading")} />
    </div>
  );
}

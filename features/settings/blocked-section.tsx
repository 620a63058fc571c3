"use client";

import { useConvexAuth, useMutation, useQuery } from "convex/react";
import { UserCheck } from "lucide-react";
import { useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { api } from "@/convex/_generated/api";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";
import { SaveRefusal } from "./save-refusal";

/** Whom one has blocked, and the way back. */
export function BlockedSection() {
  const { isAuthenticated } = useConvexAuth();
  const blocked = useQuery(api.users.getBlockedUsers, isAuthenticated ? {} : "skip");
  const unblock = useMutation(api.users.unblockUser);
  const [refusal, setRefusal] = useState<string | null>(null);
  const look = usePatientLoading(blocked === undefined);

  if (look === "skeleton") return <RowSkeleton label={t("settings.blocked.loading")} />;
  if (look === "nothing" || blocked === undefined) return null;
  if (blocked.length === 0) {
    return (
      <Notice
        icon={<UserCheck size={26} strokeWidth={1.8} aria-hidden="true" />}
        title={t("settings.blocked.empty")}
        text={t("settings.blocked.empty.text")}
      />
    );
  }
  return (
    <>
      <ul aria-label={t("settings.blocked")}>
        {blocked.map(({ clerkId, name, imageUrl }) => (
          <li key={clerkId} className="flex min-h-[68px] items-center gap-3">
            <Avatar id={clerkId} name={name} imageUrl={imageUrl} />
            <span className="min-w-0 flex-1 truncate font-semibold">
              <bdi>{name}</bdi>
            </span>
            <Button
              variant="quiet"
              className="shrink-0 border border-line"
              aria-label={t("settings.blocked.unblockName", { name })}
              onClick={() => {
                setRefusal(null);
                unblock({ userId: clerkId }).catch((error) => setRefusal(sentenceOf(error)));
              }}
            >
              {t("settings.blocked.unblock")}
            </Button>
          </li>
        ))}
      </ul>
      <SaveRefusal sentence={refusal} />
    </>
  );
}

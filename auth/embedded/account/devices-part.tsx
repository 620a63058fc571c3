"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { formatMoment } from "@/lib/dates";
import { post } from "../service-request";
import { useAnswer } from "../use-answer";
import type { DeviceSession } from "./account-facts";
import { AccountPart } from "./account-part";
import { deviceName } from "./device-name";
import { RemovableList } from "./removable-list";

/** Where one is signed in, and signing out from afar. */
export function DevicesPart() {
  const sessions = useAnswer<DeviceSession[]>("sessions");
  const [refusal, setRefusal] = useState<string | null>(null);
  const devices = sessions.kind === "here" ? sessions.value : [];
  const others = devices.filter(({ isCurrent }) => !isCurrent);

  async function endOthers() {
    const outcome = await post("sessions/end-others", {});
    setRefusal(outcome.ok ? null : outcome.sentence);
    sessions.reload();
  }

  return (
    <AccountPart
      title={t("account.devices")}
      summary={
        <>
          {sessions.kind === "refused" && <p className="text-danger">{sessions.sentence}</p>}
          {refusal && (
            <p role="alert" className="text-danger">
              {refusal}
            </p>
          )}
          <RemovableList
            label={t("account.devices")}
            items={[...devices.filter(({ isCurrent }) => isCurrent), ...others].map((session) => ({
              id: session.id,
              name: deviceName(session.userAgent),
              note: session.isCurrent
                ? t("account.devices.this")
                : t("account.devices.since", { when: formatMoment(session.createdAt) }),
              removeLabel: session.isCurrent ? null : t("profile.signOut"),
            }))}
            onRemove={(sessionId) => post("sessions/end", { sessionId })}
            onRemoved={sessions.reload}
          />
          {others.length > 1 && (
            <Button
              variant="quiet"
              className="mt-2 border border-line"
              onClick={() => void endOthers()}
            >
              {t("account.devices.signOutAll")}
            </Button>
          )}
        </>
      }
    />
  );
}

"use client";

import { useState } from "react";
import { Notice } from "@/components/ui/notice";
import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { formatMoment } from "@/lib/dates";
import { usePublicConfig } from "../../use-identity";
import { RemovableList } from "../account/removable-list";
import type { Invitation } from "../invitations";
import { readField, ServiceForm } from "../service-form";
import { post } from "../service-request";
import { useAnswer } from "../use-answer";
import { Answered } from "./answered";
import { LinkNotice } from "./link-notice";

const USES_MAX = 1_000;
const DAYS_MAX = 90;

/** Links by which people sign up, where the server does not take everybody. */
export function InvitationsPanel() {
  const invitations = useAnswer<Invitation[]>("admin/invitations");
  const [link, setLink] = useState<string | null>(null);
  const isClosed = usePublicConfig().signUp === "closed";
  return (
    <>
      {isClosed ? (
        <p className="text-preview text-muted">{t("admin.invite.closed")}</p>
      ) : (
        <div className="max-w-md">
          <ServiceForm<{ link: string }>
            submitLabel={t("admin.invite.make")}
            pendingLabel={t("admin.invite.making")}
            check={(data) => {
              if (!isCount(readField(data, "uses"), USES_MAX)) {
                return { field: "uses", sentence: t("admin.invite.usesWrong", { max: USES_MAX }) };
              }
              return isCount(readField(data, "days"), DAYS_MAX)
                ? null
                : { field: "days", sentence: t("admin.invite.daysWrong", { max: DAYS_MAX }) };
            }}
            onSubmit={(data) => {
              setLink(null);
              return post("admin/invite", {
                usesMax: Number(readField(data, "uses")),
                days: Number(readField(data, "days")),
              });
            }}
            onDone={(made) => {
              setLink(made.link);
              invitations.reload();
              return "stays";
            }}
          >
            {(wrongField) => (
              <div className="grid grid-cols-2 gap-3">
                <TextField
                  label={t("admin.invite.uses")}
                  name="uses"
                  inputMode="numeric"
                  defaultValue="1"
                  aria-invalid={wrongField === "uses" || undefined}
                />
                <TextField
                  label={t("admin.invite.days")}
                  name="days"
                  inputMode="numeric"
                  defaultValue="7"
                  aria-invalid={wrongField === "days" || undefined}
                />
              </div>
            )}
          </ServiceForm>
        </div>
      )}
      {link && (
        <LinkNotice text={t("admin.invite.link")} link={link} onClose={() => setLink(null)} />
      )}
      <div className="mt-4">
        <Answered answer={invitations}>
          {(made) =>
            made.length === 0 ? (
              <Notice title={t("admin.invite.none")} text={t("admin.invite.noneText")} />
            ) : (
              <RemovableList
                label={t("admin.invitations")}
                items={made.map((invitation) => ({
                  id: invitation.id,
                  name: t("admin.invite.used", { uses: invitation.uses, max: invitation.usesMax }),
                  note: describe(invitation),
                  removeLabel: isUsable(invitation) ? t("admin.invite.revoke") : null,
                }))}
                onRemove={(id) => post("admin/revoke-invitation", { id })}
                onRemoved={() => {
                  // The link on the screen may be the one that was revoked.
                  setLink(null);
                  invitations.reload();
                }}
              />
            )
          }
        </Answered>
      </div>
    </>
  );
}

function isCount(text: string, max: number): boolean {
  return /^\d{1,4}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= max;
}

function isUsable({ isRevoked, uses, usesMax, expiresAt }: Invitation): boolean {
  return !isRevoked && uses < usesMax && expiresAt > Date.now();
}

function describe({ isRevoked, expiresAt, createdAt }: Invitation): string {
  const facts = { made: formatMoment(createdAt), until: formatMoment(expiresAt) };
  if (isRevoked) return t("admin.invite.revoked", facts);
  return t(expiresAt > Date.now() ? "admin.invite.good" : "admin.invite.ended", facts);
}

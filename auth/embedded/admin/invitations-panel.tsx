"use client";

import { useState } from "react";
import { Notice } from "@/components/ui/notice";
import { TextField } from "@/components/ui/text-field";
import { formatMoment } from "@/lib/dates";
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
  return (
    <>
      <div className="max-w-md">
        <ServiceForm<{ link: string }>
          submitLabel="Make an invitation"
          pendingLabel="Making…"
          check={(data) => {
            if (!isCount(readField(data, "uses"), USES_MAX)) {
              return { field: "uses", sentence: `Between 1 and ${USES_MAX} people.` };
            }
            return isCount(readField(data, "days"), DAYS_MAX)
              ? null
              : { field: "days", sentence: `Between 1 and ${DAYS_MAX} days.` };
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
                label="For how many people"
                name="uses"
                inputMode="numeric"
                defaultValue="1"
                aria-invalid={wrongField === "uses" || undefined}
              />
              <TextField
                label="Good for days"
                name="days"
                inputMode="numeric"
                defaultValue="7"
                aria-invalid={wrongField === "days" || undefined}
              />
            </div>
          )}
        </ServiceForm>
      </div>
      {link && (
        <LinkNotice
          text="Whoever has this link can sign up. It is shown only now."
          link={link}
          onClose={() => setLink(null)}
        />
      )}
      <div className="mt-4">
        <Answered answer={invitations} loadingLabel="Loading invitations">
          {(made) =>
            made.length === 0 ? (
              <Notice title="No invitations yet" text="Each is a link that you hand to somebody." />
            ) : (
              <RemovableList
                label="Invitations"
                items={made.map((invitation) => ({
                  id: invitation.id,
                  name: `${invitation.uses} of ${invitation.usesMax} used`,
                  note: describe(invitation),
                  removeLabel: isUsable(invitation) ? "Revoke" : null,
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
  const made = `Made ${formatMoment(createdAt)}`;
  if (isRevoked) return `${made}, revoked`;
  return `${made}, ${expiresAt > Date.now() ? "good until" : "ended"} ${formatMoment(expiresAt)}`;
}

"use client";

import { useMutation } from "convex/react";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { DialogFrame } from "@/components/ui/dialog-frame";
import { RadioList } from "@/components/ui/radio-list";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { reportDetailsMaxUnits } from "@/shared/limits";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";
import { REASONS, type Reason, reasonText } from "./reasons";

/** What is reported: a message, or a person. */
export type Reportable =
  | { kind: "message"; messageId: string }
  | { kind: "person"; userId: string; name: string };

export type ReportDialogProps = { reported: Reportable; onClose: () => void };

/** Tells the server's admins about a message or a person, and that it has reached them. */
export function ReportDialog({ reported, onClose }: ReportDialogProps) {
  const reportMessage = useMutation(api.reports.reportMessage);
  const reportPerson = useMutation(api.reports.reportPerson);
  const [reason, setReason] = useState<Reason>("spam");
  const [details, setDetails] = useState("");
  const [state, setState] = useState<"asking" | "sending" | "received">("asking");
  const [refusal, setRefusal] = useState<string | null>(null);
  const detailsId = useId();

  async function send(event: FormEvent) {
    event.preventDefault();
    setState("sending");
    setRefusal(null);
    try {
      if (reported.kind === "person") {
        await reportPerson({ userId: reported.userId, reason, details });
      } else {
        const messageId = reported.messageId as Id<"messages">;
        await reportMessage({ messageId, reason, details });
      }
      setState("received");
    } catch (error) {
      setState("asking");
      setRefusal(sentenceOf(error));
    }
  }

  const title =
    reported.kind === "person"
      ? t("report.person.title", { name: reported.name })
      : t("report.message.title");
  return (
    <DialogFrame title={title} closeLabel={t("close")} onClose={onClose}>
      <div role="status" className="px-5 empty:hidden">
        {state === "received" && <p className="pt-1 text-preview">{t("report.received")}</p>}
      </div>
      {state === "received" ? (
        <div className="flex justify-end px-5 pt-4 pb-5">
          <Button autoFocus onClick={onClose}>
            {t("close")}
          </Button>
        </div>
      ) : (
        <form onSubmit={(event) => void send(event)} className="overflow-y-auto px-5 pb-5">
          <p className="pb-2 text-preview text-muted">
            {t(reported.kind === "message" ? "report.message.text" : "report.person.text")}
          </p>
          <RadioList
            label={t("report.reason")}
            options={REASONS.map((value) => ({ value, label: reasonText(value) }))}
            value={reason}
            onChange={setReason}
          />
          <label htmlFor={detailsId} className="mt-2 block text-preview font-medium">
            {t("report.details")}
          </label>
          <textarea
            id={detailsId}
            dir="auto"
            rows={3}
            maxLength={reportDetailsMaxUnits}
            value={details}
            onChange={(event) => setDetails(event.target.value)}
            className="mt-1.5 w-full resize-none rounded-xl border border-line bg-surface px-3.5 py-2.5 text-body focus:border-accent"
          />
          <p role="alert" className="mt-1 text-preview font-medium text-danger empty:hidden">
            {refusal}
          </p>
          <div className="mt-3 flex justify-end gap-2">
            <Button type="button" variant="quiet" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" disabled={state === "sending"}>
              {t("report.send")}
            </Button>
          </div>
        </form>
      )}
    </DialogFrame>
  );
}

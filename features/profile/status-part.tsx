"use client";

import { useMutation, useQuery } from "convex/react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { api } from "@/convex/_generated/api";
import { statusMaxUnits } from "@/shared/limits";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";

/** The one line that others read beside one's name. */
export function StatusPart() {
  const user = useQuery(api.users.getCurrentUser);
  const setStatus = useMutation(api.users.setStatus);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSaved, setIsSaved] = useState(false);

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const statusText = String(new FormData(event.currentTarget).get("statusText") ?? "");
    setRefusal(null);
    try {
      await setStatus({ statusText });
      setIsSaved(true);
    } catch (error) {
      setRefusal(sentenceOf(error));
    }
  }

  if (!user) return null;
  return (
    <form onSubmit={save} className="flex items-end gap-3 border-line border-b py-4">
      <TextField
        label={t("status.label")}
        name="statusText"
        placeholder={t("status.placeholder")}
        defaultValue={user.statusText ?? ""}
        maxLength={statusMaxUnits}
        dir="auto"
        autoComplete="off"
        error={refusal}
        onInput={() => setIsSaved(false)}
        className="min-w-0 flex-1"
      />
      <Button type="submit" variant="quiet" className="h-11 border border-line">
        {t(isSaved ? "status.saved" : "status.save")}
      </Button>
      <span role="status" className="sr-only">
        {isSaved && t("status.saved")}
      </span>
    </form>
  );
}

"use client";

import { type ChangeEvent, useRef, useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { useCheckSession } from "../../use-identity";
import { post, type ServiceOutcome } from "../service-request";
import type { AccountFacts } from "./account-facts";
import { drawSquare } from "./draw-square";

/** The picture beside one's name. */
export function PicturePart({
  account,
  onChanged,
}: {
  account: AccountFacts;
  onChanged: () => void;
}) {
  const checkSession = useCheckSession();
  const input = useRef<HTMLInputElement>(null);
  const [isPending, setIsPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function act(ask: () => Promise<ServiceOutcome>) {
    setIsPending(true);
    setRefusal(null);
    const outcome = await ask();
    setIsPending(false);
    if (!outcome.ok) {
      setRefusal(outcome.sentence);
      return;
    }
    checkSession();
    onChanged();
  }

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    // The same file again is a choice, too.
    event.target.value = "";
    if (!file) return;
    const image = await drawSquare(file);
    if (image === null) setRefusal(t("account.picture.unreadable"));
    else await act(() => post("picture/set", { image }));
  }

  return (
    <section
      aria-label={t("account.picture")}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b py-4"
    >
      <Avatar id={account.id} name={account.name} imageUrl={account.imageUrl} size="xl" />
      <input
        ref={input}
        type="file"
        accept="image/*"
        aria-label={t("account.picture.file")}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => void choose(event)}
      />
      <Button
        variant="quiet"
        className="border border-line"
        disabled={isPending}
        aria-busy={isPending}
        onClick={() => input.current?.click()}
      >
        {t("account.picture.choose")}
      </Button>
      {account.imageUrl && (
        <Button
          variant="quiet"
          disabled={isPending}
          onClick={() => void act(() => post("picture/remove", {}))}
        >
          {t("account.picture.remove")}
        </Button>
      )}
      <div role="alert" className="basis-full empty:hidden">
        {refusal && <p className="text-preview font-medium text-danger">{refusal}</p>}
      </div>
    </section>
  );
}

"use client";

import { useEffect, useState } from "react";
import { t } from "@/features/language/t";
import { leavePage } from "../../leave-page";

const SENTENCES = {
  password: "account.done.password",
  "two-factor-on": "account.done.twoOn",
  "two-factor-off": "account.done.twoOff",
} as const;

const KEY = "parley-account-done";

/**
 * Loads the page anew after a change that replaced this session: the functions refuse the former one
 * from now on. What was done is said on the new page.
 */
export function reloadDone(what: keyof typeof SENTENCES): "leaves" {
  window.sessionStorage.setItem(KEY, what);
  leavePage(() => window.location.reload());
  return "leaves";
}

/** Says once what the former page did. */
export function DoneNotice() {
  const [sentence, setSentence] = useState<string | null>(null);
  useEffect(() => {
    const what = window.sessionStorage.getItem(KEY);
    window.sessionStorage.removeItem(KEY);
    if (what !== null && Object.hasOwn(SENTENCES, what)) {
      setSentence(t(SENTENCES[what as keyof typeof SENTENCES]));
    }
  }, []);
  return (
    <div role="status" className="empty:hidden">
      {sentence && (
        <p className="mt-3 rounded-xl bg-accent-soft px-3.5 py-2.5 text-preview font-medium text-ink">
          {sentence}
        </p>
      )}
    </div>
  );
}

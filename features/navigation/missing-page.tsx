"use client";

import { Compass } from "lucide-react";
import Link from "next/link";
import { Notice } from "@/components/ui/notice";
import { t } from "../language/t";

/** What stands at an address that leads nowhere. */
export function MissingPage() {
  return (
    <main className="grid min-h-dvh place-content-center">
      <Notice
        icon={<Compass size={26} strokeWidth={1.8} aria-hidden="true" />}
        title={t("missing.title")}
        text={t("missing.text")}
        action={
          <Link
            href="/messages"
            className="inline-flex min-h-11 items-center rounded-xl bg-accent px-4 text-preview font-semibold text-on-accent hover:bg-accent-strong"
          >
            {t("chat.missing.action")}
          </Link>
        }
      />
    </main>
  );
}

"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { Suspense, useEffect } from "react";
import { t } from "../language/t";
import { unreadText, useUnreadTotal } from "./use-unread-counts";

/** Puts the number of unread messages in front of the window's title. */
export function UnreadTitle() {
  return (
    <Suspense>
      <TitleWriter />
    </Suspense>
  );
}

function TitleWriter() {
  const total = useUnreadTotal();
  const place = `${usePathname()}?${useSearchParams()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page writes its own title, so ours follows it.
  useEffect(() => {
    const name = t("app.name");
    document.title = total > 0 ? `(${unreadText(total)}) ${name}` : name;
  }, [total, place]);
  return null;
}

"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { errorText } from "@/features/language/error-text";
import { t } from "@/features/language/t";
import { refusalOf } from "@/shared/error-codes";
import { useSignOut } from "./use-identity";

/**
 * Takes the page off the screen once its queries refuse the caller: nothing of a person who is kept
 * out stays visible, and what `SessionWatch` learns decides where they go. Other errors pass.
 */
export function SessionBoundary({ children }: { children: ReactNode }) {
  return (
    <PanelBoundary
      fallback={(error) => {
        const code = refusalOf(error)?.code;
        if (code === "suspended") return <Suspended />;
        if (code === "unauthenticated") return null;
        throw error;
      }}
    >
      {children}
    </PanelBoundary>
  );
}

/** For an identity service that still lets in whom the functions do not. */
function Suspended() {
  const signOut = useSignOut();
  return (
    <main className="grid h-dvh place-content-center">
      <Notice
        title={errorText("suspended")}
        action={<Button onClick={() => void signOut()}>{t("profile.signOut")}</Button>}
      />
    </main>
  );
}

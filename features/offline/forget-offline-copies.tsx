"use client";

import { useEffect } from "react";
import { useIdentity } from "@/auth/use-identity";
import { forgetPages } from "./kept-pages";
import { forgetOfflineCopies } from "./use-offline-copy";

/**
 * Whoever is not signed in has no copies and no kept pages: every way out of a session leads to a page that says so,
 * also when the page on which one signed out did not live long enough to clean up.
 */
export function ForgetOfflineCopies() {
  const { status } = useIdentity();
  useEffect(() => {
    if (status !== "signed-out") return;
    // Where there is no storage there is nothing to forget.
    forgetOfflineCopies().catch(() => undefined);
    forgetPages().catch(() => undefined);
  }, [status]);
  return null;
}

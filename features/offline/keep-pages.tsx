"use client";

import { useEffect } from "react";
import { currentLanguage } from "@/lib/language";
import { keepPages } from "./kept-pages";

/** So late that it takes nothing from the page that is being opened. */
const AFTER_MS = 3_000;

/** Makes the pages open without a server, once a signed-in person's page has come to rest. */
export function KeepPages() {
  useEffect(() => {
    const timer = setTimeout(() => {
      // Whoever asks for few bytes, forbids workers or is already offline does without.
      if (savesData()) return;
      keepPages(currentLanguage()).catch(() => undefined);
    }, AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return null;
}

function savesData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}

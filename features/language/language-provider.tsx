"use client";

import { type ReactNode, use } from "react";
import { currentLanguage } from "@/lib/language";
import { loadCatalogue } from "./catalogue";

/**
 * Holds what is below back until the page's texts are here. The server has them at once; a browser
 * keeps showing what the server wrote until the chunk has come. English comes with the code.
 */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const language = currentLanguage();
  if (language !== "en") use(loadCatalogue(language));
  return children;
}

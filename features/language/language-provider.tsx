"use client";

import { Provider as DirectionProvider } from "radix-ui/direction";
import { type ReactNode, use } from "react";
import { currentLanguage, directionOf } from "@/lib/language";
import { loadCatalogue } from "./catalogue";

/**
 * Holds what is below back until the page's texts are here. The server has them at once; a browser
 * keeps showing what the server wrote until the chunk has come. English comes with the code.
 * Radix's menus and tabs do not read the page's direction by themselves.
 */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const language = currentLanguage();
  if (language !== "en") use(loadCatalogue(language));
  return <DirectionProvider dir={directionOf(language)}>{children}</DirectionProvider>;
}

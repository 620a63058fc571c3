import type { Metadata } from "next";
import { loadCatalogue } from "@/features/language/catalogue";
import type { TextKey } from "@/features/language/messages-en";
import { t } from "@/features/language/t";
import { currentLanguage } from "@/lib/language";

/** A page's title in the language of the request. */
export async function titled(key: TextKey, more: Metadata = {}): Promise<Metadata> {
  await loadCatalogue(currentLanguage());
  return { ...more, title: `${t(key)} · ${t("app.name")}` };
}

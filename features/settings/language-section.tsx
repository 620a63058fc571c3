"use client";

import { useState } from "react";
import { RadioList } from "@/components/ui/radio-list";
import { LANGUAGES, type Language, type LanguageChoice } from "@/lib/language";
import { chooseLanguage, readLanguageChoice } from "../language/language-choice";
import { t } from "../language/t";
import { SaveRefusal } from "./save-refusal";
import { useSaveSetting } from "./use-save-setting";

/** In which language Parley speaks; each under its own name, so that it is found from any other. */
export function LanguageSection() {
  const { save, refusal } = useSaveSetting();
  // What this device speaks, which may have been chosen before signing in.
  const [choice, setChoice] = useState(readLanguageChoice);
  const options: { value: LanguageChoice; label: string; lang?: string }[] = [
    { value: "system", label: t("settings.language.system") },
    ...Object.entries(LANGUAGES).map(([tag, name]) => ({
      value: tag as Language,
      label: name,
      lang: tag,
    })),
  ];
  return (
    <>
      <p className="mb-3 text-preview text-muted">{t("settings.language.text")}</p>
      <RadioList
        label={t("settings.language")}
        options={options}
        value={choice}
        onChange={async (language) => {
          setChoice(language);
          if (await save({ language })) chooseLanguage(language);
          else setChoice(readLanguageChoice());
        }}
      />
      <SaveRefusal sentence={refusal} />
    </>
  );
}

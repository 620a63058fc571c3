"use client";

import { SwitchRow } from "@/components/ui/switch-row";
import { t } from "../language/t";
import { SaveRefusal } from "./save-refusal";
import { useSaveSetting } from "./use-save-setting";
import { useSettings } from "./use-settings";

/** What the Enter key does in the composer. */
export function WritingSection() {
  const { enterSends } = useSettings();
  const { save, refusal } = useSaveSetting();
  return (
    <>
      <SwitchRow
        label={t("settings.writing.enter")}
        text={t(enterSends ? "settings.writing.enter.text" : "settings.writing.enter.off")}
        isOn={enterSends}
        onChange={(isOn) => void save({ enterSends: isOn })}
      />
      <SaveRefusal sentence={refusal} />
    </>
  );
}

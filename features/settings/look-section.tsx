"use client";

import { SegmentedChoice } from "@/components/ui/segmented-choice";
import { t } from "../language/t";
import { chooseTextSize } from "../theme/text-size";
import { SaveRefusal } from "./save-refusal";
import { ThemeSetting } from "./theme-setting";
import { useSaveSetting } from "./use-save-setting";
import { useSettings } from "./use-settings";

/** Theme and text size. */
export function LookSection() {
  const { textSize } = useSettings();
  const { save, refusal } = useSaveSetting();
  return (
    <div className="grid gap-6">
      <ThemeSetting />
      <SegmentedChoice
        label={t("settings.look.textSize")}
        options={[
          ["small", t("settings.look.textSize.small")],
          ["normal", t("settings.look.textSize.normal")],
          ["large", t("settings.look.textSize.large")],
        ]}
        value={textSize}
        onChange={(size) => {
          chooseTextSize(size);
          void save({ textSize: size });
        }}
      />
      <SaveRefusal sentence={refusal} />
    </div>
  );
}

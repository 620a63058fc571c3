"use client";

import { SegmentedChoice } from "@/components/ui/segmented-choice";
import { t } from "../language/t";
import { chooseTheme, useThemeChoice } from "../theme/use-theme";
import { useChangeSettings } from "./use-settings";

/** Light, dark or as the device is; here at once, on the other devices when they hear of it. */
export function ThemeSetting() {
  const choice = useThemeChoice();
  const change = useChangeSettings();
  return (
    <SegmentedChoice
      label={t("profile.theme")}
      options={[
        ["light", t("profile.theme.light")],
        ["dark", t("profile.theme.dark")],
        ["system", t("profile.theme.system")],
      ]}
      value={choice}
      onChange={(theme) => {
        chooseTheme(theme);
        void change({ theme }).catch(() => undefined);
      }}
    />
  );
}

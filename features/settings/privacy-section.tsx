"use client";

import { SwitchRow } from "@/components/ui/switch-row";
import { t } from "../language/t";
import { SaveRefusal } from "./save-refusal";
import { useSaveSetting } from "./use-save-setting";
import { useSettings } from "./use-settings";

const SHARED = [
  ["sharesLastSeen", "settings.privacy.lastSeen"],
  ["sharesTyping", "settings.privacy.typing"],
  ["sharesReceipts", "settings.privacy.receipts"],
] as const;

/** What others get to know. The functions enforce it; nothing here depends on a screen's goodwill. */
export function PrivacySection() {
  const settings = useSettings();
  const { save, refusal } = useSaveSetting();
  return (
    <>
      {SHARED.map(([field, key]) => (
        <SwitchRow
          key={field}
          label={t(key)}
          text={t(`${key}.text`)}
          isOn={settings[field]}
          onChange={(isOn) => void save({ [field]: isOn })}
        />
      ))}
      <SaveRefusal sentence={refusal} />
    </>
  );
}

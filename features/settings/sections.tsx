"use client";

import { Ban, Eye, Keyboard, Languages, Palette, UserRound } from "lucide-react";
import type { ComponentType } from "react";

import type { TextKey } from "../language/messages-en";
import { AccountContent } from "./account-content";
import { BlockedSection } from "./blocked-section";
import { LanguageSection } from "./language-section";
import { LookSection } from "./look-section";
import { PrivacySection } from "./privacy-section";
import { WritingSection } from "./writing-section";

export type Section = {
  /** Its name in the address: `/settings/look`. */
  id: string;
  title: TextKey;
  Icon: ComponentType<{ size?: number; "aria-hidden"?: "true"; className?: string }>;
  Content: ComponentType;
};

/** All sections, in the order in which they are listed. */
export const SECTIONS: readonly Section[] = [
  { id: "account", title: "profile.account", Icon: UserRound, Content: AccountContent },
  { id: "language", title: "settings.language", Icon: Languages, Content: LanguageSection },
  { id: "look", title: "settings.look", Icon: Palette, Content: LookSection },
  { id: "writing", title: "settings.writing", Icon: Keyboard, Content: WritingSection },
  { id: "privacy", title: "settings.privacy", Icon: Eye, Content: PrivacySection },
  { id: "blocked", title: "settings.blocked", Icon: Ban, Content: BlockedSection },
];

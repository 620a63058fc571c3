"use client";

import { useIdentity } from "@/auth/use-identity";
import { DialogExamples } from "./dialog-examples";
import { FieldExamples } from "./field-examples";
import { MessageExamples } from "./message-examples";
import { PanelExamples } from "./panel-examples";
import { RowExamples } from "./row-examples";
import { Tokens } from "./tokens";

const THEMES = [
  { name: "Light", className: "light" },
  { name: "Dark", className: "dark" },
] as const;

/**
 * The design at one glance, for who changes it: every token and every component in every state, both
 * themes side by side. It is at `/gallery`, nothing leads there, and its words are for developers.
 */
export function GalleryScreen() {
  const { status } = useIdentity();
  // The server knows neither the clock nor the language in which times are written here.
  if (status !== "signed-in") return null;
  return (
    <main className="h-dvh overflow-auto bg-bg" lang="en" dir="ltr">
      <h1 className="px-6 pt-6 text-screen font-title">Gallery</h1>
      <div className="grid min-w-[320px] items-start wide:grid-cols-2">
        {THEMES.map(({ name, className }) => (
          <section key={name} aria-label={name} className={className}>
            <div className="grid gap-8 bg-bg p-6 text-body text-ink">
              <h2 className="text-title font-title">{name}</h2>
              <Tokens />
              <FieldExamples />
              <DialogExamples />
              <RowExamples />
              <MessageExamples />
              <PanelExamples />
            </div>
          </section>
        ))}
      </div>
    </main>
  );
}

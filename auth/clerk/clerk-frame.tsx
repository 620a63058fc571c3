import type { ReactNode } from "react";

/** Centres Clerk's form, which brings its own heading and its own link to the other page. */
export function ClerkFrame({ children }: { children: ReactNode }) {
  return <main className="grid min-h-dvh place-items-center px-4 py-10">{children}</main>;
}

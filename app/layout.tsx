import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { IdentityProvider } from "@/auth/identity-provider";
import { LanguageProvider } from "@/features/language/language-provider";
import { ForgetOfflineCopies } from "@/features/offline/forget-offline-copies";
import { HeartbeatProvider } from "@/features/presence/heartbeat-provider";
import { THEME_COLORS, THEME_SCRIPT } from "@/features/theme/theme-choice";
import { ThemeProvider } from "@/features/theme/theme-provider";
import { currentLanguage, directionOf } from "@/lib/language";
import { readPublicConfig } from "@/lib/public-config";
import { fontVariables } from "./fonts";
import "./globals.css";

export const metadata: Metadata = {
  title: "Parley",
  description: "Talk to people, one to one and in groups, on a server of your own.",
  applicationName: "Parley",
  icons: { icon: "/icon.svg" },
  // Phone numbers in a chat are text; the browser must not restyle them.
  formatDetection: { telephone: false, email: false, address: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  // The keyboard shrinks the page instead of covering the composer.
  interactiveWidget: "resizes-content",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: THEME_COLORS.light },
    { media: "(prefers-color-scheme: dark)", color: THEME_COLORS.dark },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const config = await readPublicConfig();
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const language = currentLanguage();
  return (
    // The script below sets the theme and the text size before React sees the page.
    <html
      lang={language}
      dir={directionOf(language)}
      className={fontVariables}
      suppressHydrationWarning
    >
      <head>
        <script
          nonce={nonce}
          suppressHydrationWarning
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, without any input.
          dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }}
        />
      </head>
      <body className="font-sans">
        <LanguageProvider>
          <IdentityProvider config={config}>
            <ForgetOfflineCopies />
            <ThemeProvider>
              <HeartbeatProvider>{children}</HeartbeatProvider>
            </ThemeProvider>
          </IdentityProvider>
        </LanguageProvider>
      </body>
    </html>
  );
}

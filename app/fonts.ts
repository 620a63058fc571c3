import localFont from "next/font/local";

/** Latin is needed at once and is preloaded; the rest of Figtree comes when a name asks for it. */
const latin = localFont({
  src: "../node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2",
  weight: "300 900",
  display: "swap",
  variable: "--font-figtree",
  adjustFontFallback: false,
});

const latinExtended = localFont({
  src: "../node_modules/@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2",
  weight: "300 900",
  display: "swap",
  variable: "--font-figtree-ext",
  preload: false,
  adjustFontFallback: "Arial",
});

export const fontVariables = `${latin.variable} ${latinExtended.variable}`;

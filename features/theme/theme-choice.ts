/** What a person may choose; `system` follows the device, also while it changes. */
export type ThemeChoice = "light" | "dark" | "system";

export type TextSize = "small" | "normal" | "large";

export const THEME_STORAGE_KEY = "parley:theme";
export const TEXT_SIZE_STORAGE_KEY = "parley:text-size";

/** The colour of the browser's own bars, equal to `--surface` of each theme. */
export const THEME_COLORS = { light: "#ffffff", dark: "#151a1f" } as const;

export function parseThemeChoice(stored: string | null): ThemeChoice {
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** The choice that the toggle leads to: the opposite of what is seen, back to the device's own way when they agree. */
export function nextThemeChoice(isDarkNow: boolean, systemIsDark: boolean): ThemeChoice {
  const wanted = isDarkNow ? "light" : "dark";
  return (wanted === "dark") === systemIsDark ? "system" : wanted;
}

/**
 * Runs in the head before the first paint, so that a dark page never flashes light, nor large text
 * small. It is text
 * because it must not wait for any bundle; `use-theme.ts` takes over afterwards.
 */
export const THEME_SCRIPT = `(function(){try{
var c=localStorage.getItem(${JSON.stringify(THEME_STORAGE_KEY)});
var s=localStorage.getItem(${JSON.stringify(TEXT_SIZE_STORAGE_KEY)});
if(s==="small"||s==="large")document.documentElement.dataset.textSize=s;
}catch(e){}
var d=c==="dark"||(c!=="light"&&matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.classList.toggle("dark",d);
})()`;

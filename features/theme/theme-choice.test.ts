import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nextThemeChoice, parseThemeChoice, THEME_COLORS } from "./theme-choice";

describe("the choice", () => {
  it("reads only what it wrote", () => {
    expect(["light", "dark", "system", "", null, "purple"].map(parseThemeChoice)).toEqual([
      "light",
      "dark",
      "system",
      "system",
      "system",
      "system",
    ]);
  });
  it("toggling always changes what is seen, and follows the device again where they agree", () => {
    expect(nextThemeChoice(true, true)).toBe("light");
    expect(nextThemeChoice(false, true)).toBe("system");
    expect(nextThemeChoice(false, false)).toBe("dark");
    expect(nextThemeChoice(true, false)).toBe("system");
  });
});

type Rgb = [number, number, number];

/** OKLCH to linear sRGB, by the matrices of CSS Color 4. */
function linearRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

function hex([...linear]: Rgb): string {
  const encode = (value: number) =>
    Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
  return `#${linear.map((value) => encode(value).toString(16).padStart(2, "0")).join("")}`;
}

const css = readFileSync(new URL("../../app/globals.css", import.meta.url), "utf8");

function readTheme(selector: string): Map<string, string> {
  const block = css.match(new RegExp(`^${selector} \\{([^}]*)\\}`, "m"))?.[1] ?? "";
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!]),
  );
}

const light = readTheme(":root");
const themes = { light, dark: new Map([...light, ...readTheme("\\.dark")]) };

const TEXT_ON_GROUND: [text: string, grounds: string[]][] = [
  [
    "ink",
    ["bg", "surface", "rail", "raised", "hover", "accent-soft", "mine", "theirs", "danger-soft"],
  ],
  ["muted", ["bg", "surface", "rail", "raised", "hover", "accent-soft", "theirs"]],
  ["faint", ["bg", "surface", "rail", "raised", "accent-soft"]],
  ["on-mine-muted", ["mine"]],
  ["accent", ["bg", "surface", "rail", "raised", "accent-soft", "hover", "theirs"]],
  ["accent-strong", ["mine"]],
  ["on-accent", ["accent", "accent-strong"]],
  ["on-danger", ["danger"]],
  ["danger", ["bg", "surface", "raised", "danger-soft"]],
  ["online-ink", ["bg", "surface"]],
];

describe.each(Object.entries(themes))("the %s palette", (themeName, theme) => {
  const color = (name: string): Rgb => {
    const numbers = theme.get(name)?.match(/^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/);
    if (!numbers) throw new Error(`--${name} is not a plain oklch colour: ${theme.get(name)}`);
    return linearRgb(Number(numbers[1]), Number(numbers[2]), Number(numbers[3]));
  };

  it.each(TEXT_ON_GROUND)("--%s is readable on its grounds", (text, grounds) => {
    for (const ground of grounds) {
      const ratio = contrast(color(text), color(ground));
      expect(ratio, `--${text} on --${ground}: ${ratio.toFixed(2)}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("a person's initials and name are readable in every hue", () => {
    const part = (name: string) => Number(theme.get(name));
    for (let hue = 0; hue < 360; hue++) {
      const ink = linearRgb(part("person-ink-l"), part("person-ink-c"), hue);
      const chip = linearRgb(part("person-ground-l"), part("person-ground-c"), hue);
      const name = linearRgb(part("person-name-l"), part("person-name-c"), hue);
      expect(contrast(ink, chip), `initials, hue ${hue}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(name, color("theirs")), `name, hue ${hue}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("the browser's own bars have the colour of our surface", () => {
    expect(hex(color("surface"))).toBe(THEME_COLORS[themeName as keyof typeof THEME_COLORS]);
  });
});

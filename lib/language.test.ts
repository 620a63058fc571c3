import { describe, expect, it } from "vitest";
import { directionOf, requestedLanguage } from "./language";

describe("the language of a request", () => {
  it.each([
    [undefined, "en"],
    ["", "en"],
    ["de-AT,de;q=0.9,en;q=0.8", "de"],
    ["pt-BR, fr;q=0.4, es;q=0.7", "es"],
    ["iw-IL", "he"],
    ["zh-Hans-CN", "zh"],
    ["de;q=0, ja;q=0.1", "ja"],
    ["*", "en"],
    ["constructor, __proto__", "en"],
    [`${"xx,".repeat(500)}de`, "en"],
  ])("is what %j asks for: %s", (acceptLanguage, language) => {
    expect(requestedLanguage({ acceptLanguage })).toBe(language);
  });

  it("is the cookie's, if we speak it", () => {
    const asked = (cookie: string) => requestedLanguage({ cookie, acceptLanguage: "de" });
    expect(asked("a=b; parley_language=ar; c=d")).toBe("ar");
    expect(asked("parley_language=ja")).toBe("ja");
    expect(asked("parley_language=xx")).toBe("de");
    expect(asked("not_parley_language=ja")).toBe("de");
  });
});

it("knows which languages run from right to left", () => {
  expect([directionOf("ar"), directionOf("he"), directionOf("ja")]).toEqual(["rtl", "rtl", "ltr"]);
});

import { describe, expect, it } from "vitest";
import { readRequestLanguageBy } from "@/lib/language";
import { loadCatalogue } from "./catalogue";
import { t } from "./t";

describe("t", () => {
  it("puts facts in and chooses the form by number", () => {
    expect(t("chat.unread", { count: 1 })).toBe("1 unread message");
    expect(t("chat.unread", { count: 37 })).toBe("37 unread messages");
    expect(t("typing.two", { a: "Ada", b: "Bo" })).toBe("Ada and Bo are typing…");
  });
  it("does not read a fact's own braces as marks", () => {
    expect(t("list.said", { name: "{count} $& {name}" })).toBe("{count} $& {name}:");
  });
  it("isolates what is written in the other direction, but no address", async () => {
    expect(t("typing.one", { a: "דנה 2" })).toBe("\u2068דנה 2\u2069 is typing…");
    await loadCatalogue("he");
    readRequestLanguageBy(() => "he");
    try {
      expect(t("typing.one", { a: "Dana" })).toContain("\u2068Dana\u2069");
      expect(t("typing.one", { a: "דנה" })).not.toContain("\u2068");
      expect(t("mail.taken.text", { url: "https://parley.example" })).not.toContain("\u2068");
    } finally {
      readRequestLanguageBy(() => undefined);
    }
  });
  it("leaves the mark of a missing fact visible", () => {
    expect(t("typing.one")).toBe("{a} is typing…");
  });
});

import { describe, expect, it } from "vitest";
import { t } from "./t";

describe("t", () => {
  it("puts facts in and chooses the form by number", () => {
    expect(t("chat.unread", { count: 1 })).toBe("1 unread message");
    expect(t("chat.unread", { count: 37 })).toBe("37 unread messages");
    expect(t("typing.two", { a: "Ada", b: "Bo" })).toBe("Ada and Bo are typing…");
  });
  it("does not read a fact's own braces as marks", () => {
    expect(t("list.you", { text: "{count} $& {text}" })).toBe("You: {count} $& {text}");
  });
  it("leaves the mark of a missing fact visible", () => {
    expect(t("typing.one")).toBe("{a} is typing…");
  });
});

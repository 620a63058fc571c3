import { describe, expect, it } from "vitest";
import { filterByTitle, type PreviewFacts, previewLine } from "./conversation-look";

const said = (senderId: string, content: string, isDeleted = false) => ({
  senderId,
  content,
  isDeleted,
});
const names = new Map([["ada", "Ada"]]);

describe("previewLine", () => {
  const line = (lastMessage: PreviewFacts["lastMessage"], isGroup = false) => {
    const { who, text } = previewLine({ lastMessage, isGroup, viewerId: "me", names });
    return who === null ? text : [who, text];
  };

  it("says who spoke where that is not plain", () => {
    expect(line(said("me", "hi"))).toEqual(["You:", "hi"]);
    expect(line(said("ada", "hi"))).toBe("hi");
    expect(line(said("ada", "hi"), true)).toEqual(["Ada:", "hi"]);
    expect(line(said("unknown", "hi"), true)).toBe("hi");
  });
  it("never shows what was deleted", () => {
    expect(line(said("ada", "secret", true))).toBe("Message deleted");
    expect(line(said("me", "secret", true))).toEqual(["You:", "Message deleted"]);
  });
  it("tells what happened to a group, without quoting anybody", () => {
    const event = { type: "renamed", groupName: "Crew" } as const;
    expect(line({ ...said("ada", ""), event }, true)).toBe("Ada named the group “Crew”");
    expect(line({ ...said("me", ""), event }, true)).toBe("You named the group “Crew”");
    const added = { type: "added", userIds: ["bo", "me"] } as const;
    expect(
      line({ ...said("ada", ""), event: { ...added, userIds: [...added.userIds] } }, true),
    ).toBe("Ada added you and Someone");
  });
  it("invites where nothing was said", () => {
    expect(line(null)).toBe("No messages yet");
  });
});

describe("filterByTitle", () => {
  const items = ["Ada Lovelace", "Café crew", "山田 太郎", "Ädäm"].map((title) => ({ title }));
  const found = (search: string) => filterByTitle(items, search).map(({ title }) => title);
  it("finds words in any order, case and accent", () => {
    expect(found("love ada")).toEqual(["Ada Lovelace"]);
    expect(found("CAFE")).toEqual(["Café crew"]);
    expect(found("太")).toEqual(["山田 太郎"]);
    expect(found("ada")).toEqual(["Ada Lovelace", "Ädäm"]);
    expect(found("nobody")).toEqual([]);
  });
  it("keeps everything for a blank search", () => {
    expect(found("  ")).toHaveLength(4);
  });
});

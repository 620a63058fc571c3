import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messagesEn } from "./messages-en";

const rooms = ["app", "features", "components"].map(
  (room) => new URL(`../../${room}/`, import.meta.url),
);

function readSources(): string {
  const texts: string[] = [];
  for (const room of rooms) {
    for (const path of readdirSync(room, { recursive: true, encoding: "utf8" })) {
      const isSource =
        /\.tsx?$/.test(path) && !path.includes(".test.") && !path.endsWith("messages-en.ts");
      if (isSource) texts.push(readFileSync(new URL(path, room), "utf8"));
    }
  }
  return texts.join("\n");
}

describe("the English texts", () => {
  it("are all used somewhere", () => {
    const sources = readSources();
    const unused = Object.keys(messagesEn).filter((key) => !sources.includes(`"${key}"`));
    expect(unused).toEqual([]);
  });
});

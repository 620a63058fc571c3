import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { messagesEn } from "./messages-en";

const rooms = ["app", "auth", "features", "components"].map(
  (room) => new URL(`../../${room}/`, import.meta.url),
);

function readSources(): string {
  const texts: string[] = [];
  for (const room of rooms) {
    for (const path of readdirSync(room, { recursive: true, encoding: "utf8" })) {
      const isSource =
        /\.tsx?$/.test(path) && !path.includes(".test.") && !/messages-..\.ts$/.test(path);
      if (isSource) texts.push(readFileSync(new URL(path, room), "utf8"));
    }
  }
  return texts.join("\n");
}

/** Keys that are put together where they are used: each ends in a name that comes from elsewhere. */
const COMPOSED = /^(noun|service|audit)\.|^settings\.privacy\.\w+\.text$/;

describe("the English texts", () => {
  it("are all used somewhere", () => {
    const sources = readSources();
    const unused = Object.keys(messagesEn).filter(
      (key) => !COMPOSED.test(key) && !sources.includes(`"${key}"`),
    );
    expect(unused).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { ReadingPlaces } from "./reading-place";

describe("ReadingPlaces", () => {
  it("finds where a chat was left, and nothing once it was left at its end", () => {
    const places = new ReadingPlaces();
    places.leave("c", { seq: 7, sentAt: 70, offset: -12 });
    expect(places.find("c")).toEqual({ seq: 7, sentAt: 70, offset: -12 });
    expect(places.find("d")).toBeNull();
    places.leave("c", null);
    expect(places.find("c")).toBeNull();
  });

  it("forgets the one left longest ago when there are too many", () => {
    const places = new ReadingPlaces();
    for (let index = 0; index < 200; index++)
      places.leave(`c${index}`, { seq: index, sentAt: 0, offset: 0 });
    places.leave("c0", { seq: 1000, sentAt: 0, offset: 0 });
    places.leave("new", { seq: 1, sentAt: 0, offset: 0 });
    expect(places.find("c0")).toEqual({ seq: 1000, sentAt: 0, offset: 0 });
    expect(places.find("c1")).toBeNull();
    expect(places.find("c2")).not.toBeNull();
  });
});

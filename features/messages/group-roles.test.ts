import { describe, expect, it } from "vitest";
import { actsOn, byRole, type Member } from "./group-roles";

const member = (userId: string, role: Member["role"]): Member => ({
  userId,
  role,
  name: userId.toUpperCase(),
  imageUrl: null,
});

describe("what is offered about a member", () => {
  it("lets the owner give roles and remove", () => {
    expect(actsOn("member", "owner")).toEqual(["owner", "admin", "remove"]);
    expect(actsOn("admin", "owner")).toEqual(["owner", "member", "remove"]);
  });
  it("lets an admin remove members, but neither admins nor the owner", () => {
    expect(actsOn("member", "admin")).toEqual(["remove"]);
    expect(actsOn("admin", "admin")).toEqual([]);
    expect(actsOn("owner", "admin")).toEqual([]);
  });
  it("lets a member do nothing", () => {
    expect(
      ["owner", "admin", "member"].map((role) => actsOn(role as Member["role"], "member")),
    ).toEqual([[], [], []]);
  });
});

it("lists the owner first, then admins, then the others by name", () => {
  const members = [
    member("c", "member"),
    member("b", "admin"),
    member("a", "member"),
    member("d", "owner"),
  ];
  expect(byRole(members).map(({ userId }) => userId)).toEqual(["d", "b", "a", "c"]);
});

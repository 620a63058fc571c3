import { expect, test } from "vitest";
import { hasSessionCookie } from "./session-cookie";

test.each([
  ["parley.session_token", "abc", true],
  ["__Host-parley.session_token", "abc", true],
  ["parley.session_token", "", false],
  ["__client_uat", "1750000000", true],
  ["__client_uat_Ab-9", "1750000000", true],
  ["__client_uat", "0", false],
  ["xparley.session_token", "abc", false],
  ["__client_uat.x", "1", false],
])("%s=%s: %s", (name, value, expected) => {
  expect(
    hasSessionCookie([
      { name: "theme", value: "dark" },
      { name, value },
    ]),
  ).toBe(expected);
});

import { expect, test } from "vitest";
import { hasSessionCookie } from "./session-cookie";

test.each([
  ["parley.session_token", "abc", "embedded", true],
  ["__Host-parley.session_token", "abc", "embedded", true],
  ["parley.session_token", "", "embedded", false],
  ["parley.session_token", "abc", "clerk", false],
  ["xparley.session_token", "abc", "embedded", false],
  ["__client_uat", "1750000000", "clerk", true],
  ["__client_uat_Ab-9", "1750000000", "clerk", true],
  ["__client_uat", "1750000000", "embedded", false],
  ["__client_uat", "0", "clerk", false],
  ["__client_uat.x", "1", "clerk", false],
] as const)("%s=%s with %s: %s", (name, value, authMode, expected) => {
  const cookies = [
    { name: "theme", value: "dark" },
    { name, value },
  ];
  expect(hasSessionCookie(cookies, authMode)).toBe(expected);
});

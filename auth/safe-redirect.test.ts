import { expect, test } from "vitest";
import { HOME_PATH, safeRedirect, signInPathFor } from "./safe-redirect";

test.each([
  "/messages?conversationId=a_b",
  "/users",
  "/users?search=%2F%2Fevil.example",
  "/messages#top",
  "/%09/evil.example",
  "/signature",
])("%s is followed as it is", (path) => {
  expect(safeRedirect(path)).toBe(path);
});

const HOSTILE = [
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\u0000/evil.example",
  "\t//evil.example",
  " //evil.example",
  "https://evil.example",
  "https:evil.example",
  "http:/\\evil.example",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "evil.example",
  "@evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "/messages\\@evil.example",
  `/${"a".repeat(3_000)}`,
  "",
];

test.each(HOSTILE)("%j leads home", (wanted) => {
  expect(safeRedirect(wanted)).toBe(HOME_PATH);
});

test("whatever is followed stays on this site, read from any page of it", () => {
  for (const wanted of [...HOSTILE, "/%2F/evil.example", "/messages/..;/x", "/a?b=//c"]) {
    const path = safeRedirect(wanted);
    expect(new URL(path, "https://parley.example/users/").origin).toBe("https://parley.example");
  }
});

test.each(["/", "/?x=1", "/sign-in", "/sign-up/x", "/api/auth/token", "/convex/version"])(
  "%s is no place to come back to",
  (path) => {
    expect(safeRedirect(path)).toBe(HOME_PATH);
  },
);

test("the way to the sign-in page remembers where somebody was", () => {
  expect(signInPathFor({ pathname: "/messages", search: "" })).toBe("/sign-in");
  expect(signInPathFor({ pathname: "/users", search: "?search=a b" })).toBe(
    "/sign-in?redirect=%2Fusers%3Fsearch%3Da%2520b",
  );
});

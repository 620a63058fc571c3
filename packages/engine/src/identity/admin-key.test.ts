import { expect, test } from "vitest";
import { adminCaller, adminCallerFromHeader } from "./admin-key.ts";

const KEY = "engine|0123456789";
const person = { issuer: "https://id.example.com", subject: "u1", name: "Ada" };
const encoded = Buffer.from(JSON.stringify(person)).toString("base64");

test("[ID11] the admin key makes an admin", () => {
  expect(adminCaller(KEY, KEY, null)).toEqual({ kind: "admin", impersonating: null });
  expect(adminCallerFromHeader(KEY, KEY)).toEqual({ kind: "admin", impersonating: null });
  expect(adminCallerFromHeader("a:b", "a:b")).toEqual({ kind: "admin", impersonating: null });
});

test("[ID11] an admin may speak for a person", () => {
  const impersonating = { ...person, tokenIdentifier: "https://id.example.com|u1" };
  expect(adminCaller(KEY, KEY, person)).toEqual({ kind: "admin", impersonating });
  expect(adminCallerFromHeader(`${KEY}:${encoded}`, KEY)).toEqual({ kind: "admin", impersonating });
});

test.each([
  ["another key", () => adminCaller("other", KEY, null)],
  ["no key", () => adminCaller("", KEY, null)],
  ["the key where nobody is admin", () => adminCaller(KEY, null, null)],
  ["an empty key where nobody is admin", () => adminCaller("", null, null)],
  ["another key with a person", () => adminCallerFromHeader(`other:${encoded}`, KEY)],
  ["a person that cannot be read", () => adminCallerFromHeader(`${KEY}:!`, KEY)],
  ["a person without a subject", () => adminCaller(KEY, KEY, { issuer: "x" })],
])("[ID11] %s is refused", (_name, attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code: "BadAdminKey" }));
});

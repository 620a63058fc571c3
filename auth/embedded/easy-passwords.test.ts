import { expect, test } from "vitest";
import { findCredentialProblem } from "./credentials";

const ADA = { name: "Ada Lovelace", email: "Ada.Lovelace@Example.org" };

const refused = (password: string, owner = ADA) => {
  const problem = findCredentialProblem("sign-up", { ...owner, password });
  return problem?.field === "password" ? problem.sentence : null;
};

test.each([
  ["spaces", " ".repeat(8)],
  ["nothing to see", "\u3164".repeat(8)],
  ["one letter", "aaaaaaaa"],
  ["digits in a row", "12345678"],
  ["letters backwards", "hgfedcba"],
  ["the commonest", "password"],
  ["in capitals", "PassWord"],
  ["a row of keys", "qwertyuiop"],
  ["one's address", "ada.lovelace@example.org"],
  ["its local part", "ada.lovelace"],
  ["one's name", "ada lovelace"],
  ["one's name in one word", "AdaLovelace"],
])("%s is easy to guess", (_, password) => {
  expect(refused(password)).toMatch(/easy to guess/);
});

test("characters are counted, not the units that they are stored in", () => {
  expect(refused("🐙🐳🦀🐠")).toMatch(/too short/);
  expect(refused("🐙🐳🦀🐠🐙🦀🐳🐠")).toBeNull();
  expect(refused("🐙🐳".repeat(64))).toBeNull();
  expect(refused("🐙🐳".repeat(65))).toMatch(/too long/);
});

test.each(["correct horse battery", "Tr0ub4dor&3", "ada likes cats", "まっすぐな馬の電池"])(
  "%s is not",
  (password) => {
    expect(refused(password)).toBeNull();
  },
);

test("an old password that is easy still signs in", () => {
  expect(findCredentialProblem("sign-in", { ...ADA, password: "password" })).toBeNull();
});

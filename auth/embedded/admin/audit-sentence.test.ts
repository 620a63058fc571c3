import { expect, test } from "vitest";
import type { NamedAuditEntry } from "../audit-log";
import { auditSentence } from "./audit-sentence";

const ENTRY: NamedAuditEntry = {
  ...{ id: 1, at: 0, actorId: "a", actorName: "Ada $&", subjectId: "b", subjectName: "Bo" },
  ...{ actorEmail: "ada@example.org", subjectEmail: "bo@example.org" },
  ...{ action: "account.suspended", fact: null },
};

const read = (entry: NamedAuditEntry) =>
  auditSentence(entry)
    .map(({ text }) => text)
    .join("");

test("says who did what to whom, by name or, when they are gone, by id", () => {
  expect(auditSentence(ENTRY)).toEqual([
    { text: "Ada $&", email: "ada@example.org" },
    { text: " suspended ", email: null },
    { text: "Bo", email: "bo@example.org" },
  ]);
  const gone = { ...ENTRY, actorId: "operator", actorName: null, actorEmail: null };
  expect(read({ ...gone, subjectName: null, subjectEmail: null })).toBe("The operator suspended b");
  const own = { ...ENTRY, subjectId: "a", action: "account.role_changed", fact: "member" } as const;
  expect(read(own)).toBe("Ada $& changed the role of themselves (member)");
});

import { expect, test } from "vitest";
import type { NamedAuditEntry } from "../audit-log";
import { auditSentence } from "./audit-sentence";

const ENTRY: NamedAuditEntry = {
  ...{ id: 1, at: 0, actorId: "a", actorName: "Ada $&", subjectId: "b", subjectName: "Bo" },
  ...{ action: "account.suspended", fact: null },
};

test("says who did what to whom, by name or, when they are gone, by id", () => {
  expect(auditSentence(ENTRY)).toBe("Ada $& suspended Bo");
  const byOperator = { ...ENTRY, actorId: "operator", actorName: null, subjectName: null };
  expect(auditSentence(byOperator)).toBe("The operator suspended b");
  const own = { ...ENTRY, subjectId: "a", action: "account.role_changed", fact: "member" } as const;
  expect(auditSentence(own)).toBe("Ada $& changed the role of themselves (member)");
});

import { describe, expect, it, vi } from "vitest";
import {
  openReportsPerPersonMax,
  reportDetailsMaxUnits,
  reportsClosedAtOnceMax,
} from "../shared/limits";
import { api } from "./_generated/api";
import type { Doc } from "./_generated/dataModel";
import {
  type BackEnd,
  join,
  messagesOf,
  type Person,
  refusal,
  send,
  startWorld,
  wholePage,
} from "./test.setup";

const { reportMessage, reportPerson, getOwnReports, getReports } = api.reports;
const { dismissReport, deleteReportedMessage } = api.reports;

function asAdmin(backEnd: BackEnd, subject: string, role = "admin"): Person {
  return backEnd.withIdentity({ subject, name: subject, email: `${subject}@example.org`, role });
}

async function listed(admin: Person, isOpen = true) {
  return (await admin.query(getReports, { isOpen, paginationOpts: wholePage })).page;
}

async function own(person: Person) {
  return (await person.query(getOwnReports, { paginationOpts: wholePage })).page;
}

/** Bob has written something in the group; Cyd reports it. */
async function startReport() {
  const world = await startWorld();
  const messageId = await send(world.bob, world.group, "Something vile");
  await world.cyd.mutation(reportMessage, { messageId, reason: "abuse", details: " Look  " });
  const admin = asAdmin(world.backEnd, "root", "owner");
  const [report] = await listed(admin);
  return { ...world, messageId, admin, report: report! };
}

describe("a report of a message", () => {
  it("shows the admins the words of that moment, who, why, and not where", async () => {
    const { bob, messageId, admin, report } = await startReport();
    await bob.mutation(api.messages.editMessage, { messageId, content: "Something kind" });
    const shown = await listed(admin);
    expect(shown).toEqual([
      {
        reportId: report.reportId,
        reportedAt: report.reportedAt,
        reporter: { userId: "cyd", name: "Cyd" },
        subject: { userId: "bob", name: "Bob" },
        reason: "abuse",
        details: "Look",
        message: { messageId, quoted: "Something vile", isDeleted: false },
      },
    ]);
  });

  it("leads an admin who is in the conversation to the message", async () => {
    const { backEnd, group, messageId } = await startReport();
    const [report] = await listed(asAdmin(backEnd, "ada"));
    expect(report?.message).toMatchObject({ messageId, conversationId: group });
  });

  it("is one as long as it is open, whoever sends it twice", async () => {
    const { cyd, ada, messageId, admin, report } = await startReport();
    await cyd.mutation(reportMessage, { messageId, reason: "spam" });
    await ada.mutation(reportMessage, { messageId, reason: "spam" });
    expect(await listed(admin)).toHaveLength(2);
    await admin.mutation(dismissReport, { reportId: report.reportId });
    await cyd.mutation(reportMessage, { messageId, reason: "spam" });
    expect(await listed(admin)).toHaveLength(1);
    expect(await listed(admin, false)).toHaveLength(2);
  });

  it("is not of one's own, a deleted, or an unseen message, nor of a line about the group", async () => {
    const { ada, bob, eve, group } = await startWorld();
    const messageId = await send(ada, group);
    const report = (person: Person, of = messageId) =>
      refusal(person.mutation(reportMessage, { messageId: of, reason: "spam" }));
    expect(await report(ada)).toEqual({ code: "invalid", field: "messageId" });
    expect(await report(eve)).toEqual({ code: "not_found" });
    await ada.mutation(api.messages.deleteMessages, { messageIds: [messageId] });
    expect(await report(bob)).toMatchObject({ code: "invalid", reason: "deleted" });
    await ada.mutation(api.groups.renameGroup, { conversationId: group, groupName: "Coffee" });
    const line = (await messagesOf(bob, group)).find(({ event }) => event);
    expect(await report(bob, line!._id)).toEqual({ code: "invalid", field: "messageId" });
  });
});

describe("what is done about it", () => {
  it("deletes the message for everybody, and says so", async () => {
    const { ada, cyd, group, messageId, admin, report } = await startReport();
    await ada.mutation(reportMessage, { messageId, reason: "threat" });
    await admin.mutation(deleteReportedMessage, { reportId: report.reportId });
    expect((await messagesOf(ada, group)).at(-1)).toMatchObject({
      _id: messageId,
      content: "",
      isDeleted: true,
    });
    expect(await listed(admin)).toEqual([]);
    const closed = await listed(admin, false);
    expect(closed.map(({ closed: how }) => how)).toEqual([
      { at: expect.any(Number), outcome: "message_deleted", by: { userId: "root", name: "" } },
      { at: expect.any(Number), outcome: "message_deleted", by: { userId: "root", name: "" } },
    ]);
    expect(JSON.stringify(closed)).not.toContain("vile");
    expect(await own(cyd)).toEqual([
      {
        ...{ subjectId: "bob", messageId, reason: "abuse", details: "Look" },
        ...{ reportedAt: report.reportedAt, isOpen: false },
      },
    ]);
  });

  it("is done once: who comes second changes nothing", async () => {
    const { messageId, ada, group, backEnd, admin, report } = await startReport();
    const { reportId } = report;
    await admin.mutation(dismissReport, { reportId });
    const other = asAdmin(backEnd, "other");
    await other.mutation(deleteReportedMessage, { reportId });
    await other.mutation(dismissReport, { reportId });
    expect((await messagesOf(ada, group)).find(({ _id }) => _id === messageId)?.isDeleted).toBe(
      false,
    );
    const [closed] = await listed(admin, false);
    expect(closed?.closed).toMatchObject({ outcome: "dismissed", by: { userId: "root" } });
  });

  it("is not for those who are no admins, and not for whom it is about", async () => {
    const { backEnd, ada, bob, group, report } = await startReport();
    const { reportId } = report;
    // An owner of the group is no owner of the server; a made-up role is none either.
    for (const person of [ada, bob, asAdmin(backEnd, "cyd", "member"), asAdmin(backEnd, "x", "")]) {
      expect(await refusal(listed(person))).toEqual({ code: "not_found" });
      for (const act of [dismissReport, deleteReportedMessage]) {
        expect(await refusal(person.mutation(act, { reportId }))).toEqual({ code: "not_found" });
      }
    }
    const judge = asAdmin(backEnd, "bob", "owner");
    expect(await listed(judge)).toEqual([]);
    expect(await refusal(judge.mutation(dismissReport, { reportId }))).toEqual({
      code: "not_found",
    });
    expect(await messagesOf(ada, group)).toHaveLength(1);
  });

  it("an absent report reads the same", async () => {
    const { backEnd, admin, report } = await startReport();
    await backEnd.run(async (ctx) => await ctx.db.delete(report.reportId));
    const asked = admin.mutation(dismissReport, { reportId: report.reportId });
    expect(await refusal(asked)).toEqual({ code: "not_found" });
  });

  it("the report of a person has no message to delete", async () => {
    const { admin, ada } = await startReport();
    await ada.mutation(reportPerson, { userId: "bob", reason: "spam" });
    const about = (await listed(admin)).find(({ message }) => message === undefined);
    const asked = admin.mutation(deleteReportedMessage, { reportId: about!.reportId });
    expect(await refusal(asked)).toEqual({ code: "invalid" });
  });
});

describe("a report of a person", () => {
  it("is not of oneself, of nobody, or of somebody who is gone", async () => {
    const { ada } = await startWorld();
    const report = (userId: string) =>
      refusal(ada.mutation(reportPerson, { userId, reason: "other" }));
    expect(await report("ada")).toEqual({ code: "invalid", field: "userId" });
    expect(await report("nobody")).toEqual({ code: "not_found" });
    expect(await report("x".repeat(600))).toEqual({ code: "not_found" });
  });

  it("has a bounded text and a pace", async () => {
    const { backEnd, ada } = await startWorld();
    const report = (userId: string, details = "") =>
      ada.mutation(reportPerson, { userId, reason: "spam", details });
    expect(await refusal(report("bob", "x".repeat(reportDetailsMaxUnits + 1)))).toEqual({
      ...{ code: "too_long", field: "details", max: reportDetailsMaxUnits },
    });
    for (let index = 0; index < 21; index += 1) await join(backEnd, `p${index}`);
    for (let index = 0; index < 20; index += 1) await report(`p${index}`);
    // What is there already costs nothing.
    await report("p0");
    expect(await refusal(report("p20"))).toMatchObject({ code: "rate_limited" });
  });

  it("waits with a bounded number of others", async () => {
    vi.stubEnv("PARLEY_RATE_LIMITS", "1000");
    try {
      const { backEnd, ada } = await startWorld();
      const report = (userId: string) => ada.mutation(reportPerson, { userId, reason: "spam" });
      for (let index = 0; index < openReportsPerPersonMax; index += 1) {
        await join(backEnd, `p${index}`);
        await report(`p${index}`);
      }
      expect(await refusal(report("bob"))).toMatchObject({ code: "too_many" });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it.each([
    ["user.suspended", "suspended"],
    ["user.deleted", "account_deleted"],
  ])("is closed, like all about them, by %s", async (type, outcome) => {
    const { backEnd, ada, cyd, messageId, admin } = await startReport();
    await ada.mutation(reportPerson, { userId: "bob", reason: "spam" });
    await cyd.mutation(reportPerson, { userId: "ada", reason: "spam" });
    vi.stubEnv("PARLEY_EVENTS_SECRET", "secret");
    try {
      const told = await backEnd.fetch("/identity-events", {
        method: "POST",
        headers: { authorization: "Bearer secret" },
        body: JSON.stringify({ type, user: { id: "bob" }, occurredAt: 1 }),
      });
      expect(told.status).toBe(200);
    } finally {
      vi.unstubAllEnvs();
    }
    expect((await listed(admin)).map(({ subject }) => subject.userId)).toEqual(["ada"]);
    const closed = await listed(admin, false);
    expect(closed.map((report) => [report.message?.messageId, report.closed])).toEqual(
      expect.arrayContaining([
        [messageId, { at: expect.any(Number), outcome, by: null }],
        [undefined, { at: expect.any(Number), outcome, by: null }],
      ]),
    );
  });
});

describe("the reports of somebody who deletes their account", () => {
  async function bury(backEnd: BackEnd, id: string) {
    vi.stubEnv("PARLEY_EVENTS_SECRET", "secret");
    try {
      const told = await backEnd.fetch("/identity-events", {
        method: "POST",
        headers: { authorization: "Bearer secret" },
        body: JSON.stringify({ type: "user.deleted", user: { id }, occurredAt: 1 }),
      });
      expect(told.status).toBe(200);
    } finally {
      vi.unstubAllEnvs();
    }
  }

  it("stay and can be acted on, without who they were and what they wrote", async () => {
    const { backEnd, ada, cyd, group, messageId, admin, report } = await startReport();
    await cyd.mutation(reportPerson, { userId: "ada", reason: "spam", details: "Closed" });
    const about = (await listed(admin)).find(({ message }) => message === undefined)!;
    await admin.mutation(dismissReport, { reportId: about.reportId });
    await bury(backEnd, "cyd");
    const erased = { details: "", reporter: { userId: "", name: "Deleted account" } };
    const message = { messageId, quoted: "Something vile", isDeleted: false };
    expect(await listed(admin)).toEqual([{ ...report, ...erased, message }]);
    expect(await listed(admin, false)).toMatchObject([
      { ...erased, reason: "spam", subject: { userId: "ada" }, closed: { outcome: "dismissed" } },
    ]);
    const stored = await backEnd.run(async (ctx) => await ctx.db.query("reports").collect());
    expect(JSON.stringify(stored)).not.toMatch(/cyd|Look|"Closed"/u);
    await admin.mutation(deleteReportedMessage, { reportId: report.reportId });
    expect((await messagesOf(ada, group)).find(({ _id }) => _id === messageId)).toMatchObject({
      isDeleted: true,
    });
  });

  it("are all taken care of, however many there are", async () => {
    const { backEnd, cyd } = await startReport();
    await backEnd.run(async (ctx) => {
      const [{ _id, _creationTime, ...one }] = (await ctx.db.query("reports").take(1)) as [
        Doc<"reports">,
      ];
      for (let index = 0; index < reportsClosedAtOnceMax; index += 1) {
        await ctx.db.insert("reports", { ...one, thing: `person p${index}`, closedAt: 1 });
      }
    });
    expect(await own(cyd)).not.toEqual([]);
    await bury(backEnd, "cyd");
    const stored = () => backEnd.run(async (ctx) => await ctx.db.query("reports").collect());
    expect(await stored()).toHaveLength(reportsClosedAtOnceMax + 1);
    await backEnd.finishAllScheduledFunctions(() => {});
    const left = (await stored()).filter(
      ({ reporterId, details }) => reporterId !== "" || details !== "",
    );
    expect(left).toEqual([]);
  });
});

it("is said in the log by its id alone, once, whoever it is about", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    const { ada, cyd, backEnd } = await startWorld();
    for (const person of [cyd, cyd, ada]) {
      await person.mutation(reportPerson, { userId: "bob", reason: "abuse", details: "Vile" });
    }
    const stored = await backEnd.run(async (ctx) => await ctx.db.query("reports").collect());
    const said = stored.map(({ _id }) => [`Report ${_id} is open.`]);
    expect(said).toHaveLength(2);
    expect(warn.mock.calls).toEqual(said);
  } finally {
    warn.mockRestore();
  }
});

it("nobody notices that they were reported, or who else has reported", async () => {
  const { bob, ada } = await startReport();
  expect(await own(bob)).toEqual([]);
  expect(await own(ada)).toEqual([]);
});

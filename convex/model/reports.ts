import { v } from "convex/values";
import {
  openReportsPerPersonMax,
  reportDetailsMaxUnits,
  reportsClosedAtOnceMax,
} from "../../shared/limits";
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { findMembership } from "./access";
import { boundedText } from "./bounds";
import { requirePace } from "./rateLimits";
import { refuse } from "./refuse";
import { reportOutcome, reportReason } from "./storedParts";
import { deletedName, findUser } from "./users";

/**
 * What people tell the server's admins about others. A report of a message carries what the message
 * said at that moment, so that an edit or a deletion does not take it from the admins; those words go
 * when the report is closed, the rest stays as the record of what was done and by whom.
 *
 * Nothing that anybody but the reporter and the admins asks for reads these rows.
 */

type Reason = typeof reportReason.type;
type Outcome = typeof reportOutcome.type;

export type Reported = { subjectId: string } & (
  | { message: null }
  | { message: Pick<Doc<"messages">, "_id" | "conversationId" | "content"> }
);

/** What somebody sees of their own reports: that it was received, not who has dealt with it. */
export const ownReport = v.object({
  subjectId: v.string(),
  messageId: v.optional(v.id("messages")),
  reason: reportReason,
  details: v.string(),
  /** Milliseconds. */
  reportedAt: v.number(),
  isOpen: v.boolean(),
});

/**
 * Stores a report, once for each reporter and thing as long as it is open.
 *
 * @throws ConvexError `too_long`, `too_many`, `rate_limited`.
 */
export async function storeReport(
  ctx: MutationCtx,
  reporterId: string,
  { subjectId, message }: Reported,
  said: { reason: Reason; details: string | undefined },
): Promise<void> {
  const details = boundedText(said.details ?? "", "details", reportDetailsMaxUnits).trim();
  const thing = message === null ? `person ${subjectId}` : `message ${message._id}`;
  const same = await ctx.db
    .query("reports")
    .withIndex("by_reporter_and_thing", (q) =>
      q.eq("reporterId", reporterId).eq("thing", thing).eq("closedAt", null),
    )
    .unique();
  if (same !== null) return;
  const open = await ctx.db
    .query("reports")
    .withIndex("by_reporter", (q) => q.eq("reporterId", reporterId).eq("closedAt", null))
    .take(openReportsPerPersonMax);
  if (open.length >= openReportsPerPersonMax) refuse("too_many", { max: openReportsPerPersonMax });
  await requirePace(ctx, reporterId, "report");
  const reportId = await ctx.db.insert("reports", {
    ...{ reporterId, subjectId, thing, reason: said.reason, details },
    ...(message !== null && {
      ...{ messageId: message._id, conversationId: message.conversationId },
      quoted: message.content,
    }),
    ...{ closedAt: null, closedBy: null, outcome: null },
  });
  // Nobody is shown what is about themselves, so where the only admin is reported the log alone tells.
  console.warn(`Report ${reportId} is open.`);
}

/**
 * A report on which this admin may act: nobody judges what is said about themselves, nor learns who
 * has said it.
 *
 * @throws ConvexError `not_found`.
 */
export async function requireReport(
  ctx: MutationCtx,
  adminId: string,
  reportId: Id<"reports">,
): Promise<Doc<"reports">> {
  const report = await ctx.db.get(reportId);
  if (report === null || report.subjectId === adminId) refuse("not_found");
  return report;
}

/** Closes this report and all others of the same thing; a closed one stays as it is. */
export async function closeThing(
  ctx: MutationCtx,
  { thing, closedAt }: Doc<"reports">,
  how: { outcome: Outcome; closedBy: string },
): Promise<void> {
  if (closedAt !== null) return;
  const open = await ctx.db
    .query("reports")
    .withIndex("by_thing", (q) => q.eq("thing", thing).eq("closedAt", null))
    .take(reportsClosedAtOnceMax);
  for (const report of open) await close(ctx, report, how);
}

/** Closes what is open about a person whose account was suspended or is gone, some at a time. */
export async function closeAllAbout(
  ctx: MutationCtx,
  subjectId: string,
  outcome: Outcome,
): Promise<void> {
  const open = await ctx.db
    .query("reports")
    .withIndex("by_subject", (q) => q.eq("subjectId", subjectId).eq("closedAt", null))
    .take(reportsClosedAtOnceMax);
  for (const report of open) await close(ctx, report, { outcome, closedBy: null });
  if (open.length < reportsClosedAtOnceMax) return;
  await ctx.scheduler.runAfter(0, internal.reports.closeMoreAbout, { subjectId, outcome });
}

/** Stands where a report has no reporter any more; no person has this id. */
export const erasedReporterId = "";

/**
 * Takes a person whose account is gone out of the reports that they have made, some at a time: who they
 * were and what they wrote. What was reported, why, and what was done about it stays, so that an open
 * report can still be acted on.
 */
export async function eraseReporter(ctx: MutationCtx, reporterId: string): Promise<void> {
  const made = await ctx.db
    .query("reports")
    .withIndex("by_reporter", (q) => q.eq("reporterId", reporterId))
    .take(reportsClosedAtOnceMax);
  for (const { _id } of made) {
    await ctx.db.patch(_id, { reporterId: erasedReporterId, details: "" });
  }
  if (made.length < reportsClosedAtOnceMax) return;
  await ctx.scheduler.runAfter(0, internal.reports.eraseMoreOf, { reporterId });
}

async function close(
  ctx: MutationCtx,
  report: Doc<"reports">,
  how: { outcome: Outcome; closedBy: string | null },
): Promise<void> {
  await ctx.db.patch(report._id, { ...how, closedAt: Date.now(), quoted: undefined });
}

/** A report as the server's admins see it. */
export const reportForAdmin = v.object({
  reportId: v.id("reports"),
  /** Milliseconds. */
  reportedAt: v.number(),
  reporter: v.object({ userId: v.string(), name: v.string() }),
  subject: v.object({ userId: v.string(), name: v.string() }),
  reason: reportReason,
  details: v.string(),
  /** The reported message; without one the report is about the person. */
  message: v.optional(
    v.object({
      messageId: v.id("messages"),
      /** What it said when it was reported; missing once the report is closed. */
      quoted: v.optional(v.string()),
      isDeleted: v.boolean(),
      /** Where it stands, for an admin who is in that conversation; missing for all others. */
      conversationId: v.optional(v.string()),
    }),
  ),
  /** What was done about it; missing while it is open. */
  closed: v.optional(
    v.object({
      at: v.number(),
      outcome: reportOutcome,
      /** Null where the end of the account closed it. */
      by: v.union(v.object({ userId: v.string(), name: v.string() }), v.null()),
    }),
  ),
});

export async function toReportForAdmin(
  ctx: QueryCtx,
  adminId: string,
  report: Doc<"reports">,
): Promise<typeof reportForAdmin.type> {
  const { _id, _creationTime, reason, details, closedAt, closedBy, outcome } = report;
  return {
    ...{ reportId: _id, reportedAt: _creationTime, reason, details },
    reporter:
      report.reporterId === erasedReporterId
        ? { userId: erasedReporterId, name: deletedName }
        : await named(ctx, report.reporterId),
    subject: await named(ctx, report.subjectId),
    ...(report.messageId !== undefined && {
      message: await messageOf(ctx, adminId, report, report.messageId),
    }),
    ...(closedAt !== null &&
      outcome !== null && {
        closed: {
          at: closedAt,
          outcome,
          by: closedBy === null ? null : await named(ctx, closedBy),
        },
      }),
  };
}

async function messageOf(
  ctx: QueryCtx,
  adminId: string,
  { conversationId, quoted }: Doc<"reports">,
  messageId: Id<"messages">,
) {
  const message = await ctx.db.get(messageId);
  const isMember =
    conversationId !== undefined && (await findMembership(ctx, conversationId, adminId)) !== null;
  return {
    ...{ messageId, isDeleted: message?.isDeleted ?? true },
    ...(quoted !== undefined && { quoted }),
    ...(isMember && { conversationId }),
  };
}

async function named(ctx: QueryCtx, userId: string): Promise<{ userId: string; name: string }> {
  return { userId, name: (await findUser(ctx, userId))?.name ?? "" };
}

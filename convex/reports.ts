import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { internalMutation, mutation, query } from "./_generated/server";
import { requireIdentity, requireMessage, requireServerAdmin, requireUserId } from "./model/access";
import { boundedPage } from "./model/bounds";
import { eraseMessage } from "./model/messages";
import { refuse } from "./model/refuse";
import {
  closeAllAbout,
  closeThing,
  eraseReporter,
  ownReport,
  reportForAdmin,
  requireReport,
  storeReport,
  toReportForAdmin,
} from "./model/reports";
import { reportOutcome, reportReason } from "./model/storedParts";
import { ensureCaller, findLivingUser } from "./model/users";

const said = { reason: reportReason, details: v.optional(v.string()) };

/**
 * Tells the server's admins about somebody else's message that the caller can see. They get its words
 * of this moment. As long as a report of it is open, reporting it again changes nothing.
 *
 * @throws ConvexError `not_found`; `invalid` for one's own message, a deleted one and a line about the
 * group; `too_long`; `too_many`; `rate_limited`.
 */
export const reportMessage = mutation({
  args: { messageId: v.id("messages"), ...said },
  returns: v.null(),
  handler: async (ctx, { messageId, reason, details }) => {
    const { message, membership } = await requireMessage(ctx, messageId);
    const { userId } = membership;
    const field = "messageId";
    if (message.event || message.senderId === userId) refuse("invalid", { field });
    if (message.isDeleted) refuse("invalid", { field, reason: "deleted" });
    await storeReport(ctx, userId, { subjectId: message.senderId, message }, { reason, details });
    return null;
  },
});

/**
 * Tells the server's admins about a person. As long as a report of them is open, reporting them again
 * changes nothing.
 *
 * @throws ConvexError `not_found`; `invalid` for oneself; `too_long`; `too_many`; `rate_limited`.
 */
export const reportPerson = mutation({
  args: { userId: v.string(), ...said },
  returns: v.null(),
  handler: async (ctx, { userId, reason, details }) => {
    const { clerkId } = await ensureCaller(ctx, await requireIdentity(ctx));
    if (userId === clerkId) refuse("invalid", { field: "userId" });
    if ((await findLivingUser(ctx, userId)) === null) refuse("not_found");
    await storeReport(ctx, clerkId, { subjectId: userId, message: null }, { reason, details });
    return null;
  },
});

/** The caller's own reports, the open ones first. */
export const getOwnReports = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(ownReport),
  handler: async (ctx, args) => {
    const userId = await requireUserId(ctx);
    const found = await ctx.db
      .query("reports")
      .withIndex("by_reporter", (q) => q.eq("reporterId", userId))
      .paginate(boundedPage(args.paginationOpts));
    const page = found.page.map(({ _creationTime, closedAt, ...report }) => {
      const { subjectId, messageId, reason, details } = report;
      const isOpen = closedAt === null;
      return { subjectId, messageId, reason, details, reportedAt: _creationTime, isOpen };
    });
    return { ...found, page };
  },
});

/**
 * What people have reported, for the server's owners and admins: what is open, newest first, or what
 * is closed, by when it was. What is about the caller is left out, so a page may hold less than asked for.
 *
 * @throws ConvexError `not_found` for everybody else.
 */
export const getReports = query({
  args: { isOpen: v.boolean(), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(reportForAdmin),
  handler: async (ctx, { isOpen, paginationOpts }) => {
    const adminId = await requireServerAdmin(ctx);
    const found = await ctx.db
      .query("reports")
      .withIndex("by_closed_at", (q) => (isOpen ? q.eq("closedAt", null) : q.gt("closedAt", 0)))
      .order("desc")
      .paginate(boundedPage(paginationOpts));
    const others = found.page.filter(({ subjectId }) => subjectId !== adminId);
    const page = await Promise.all(others.map((report) => toReportForAdmin(ctx, adminId, report)));
    return { ...found, page };
  },
});

/**
 * Closes a report without doing anything, and all others of the same thing.
 *
 * @throws ConvexError `not_found`, also for whoever is no admin.
 */
export const dismissReport = mutation({
  args: { reportId: v.id("reports") },
  returns: v.null(),
  handler: async (ctx, { reportId }) => {
    const closedBy = await requireServerAdmin(ctx);
    const report = await requireReport(ctx, closedBy, reportId);
    await closeThing(ctx, report, { outcome: "dismissed", closedBy });
    return null;
  },
});

/**
 * Deletes the reported message for everybody and closes all reports of it. Only a report that is open
 * opens this door: an admin may not delete what nobody has complained about.
 *
 * @throws ConvexError `not_found`, also for whoever is no admin; `invalid` for the report of a person.
 */
export const deleteReportedMessage = mutation({
  args: { reportId: v.id("reports") },
  returns: v.null(),
  handler: async (ctx, { reportId }) => {
    const closedBy = await requireServerAdmin(ctx);
    const report = await requireReport(ctx, closedBy, reportId);
    if (report.messageId === undefined) refuse("invalid");
    if (report.closedAt !== null) return null;
    const message = await ctx.db.get(report.messageId);
    if (message !== null) await eraseMessage(ctx, message);
    await closeThing(ctx, report, { outcome: "message_deleted", closedBy });
    return null;
  },
});

/** Goes on closing what is open about somebody; see `closeAllAbout`. */
export const closeMoreAbout = internalMutation({
  args: { subjectId: v.string(), outcome: reportOutcome },
  returns: v.null(),
  handler: async (ctx, { subjectId, outcome }) => {
    await closeAllAbout(ctx, subjectId, outcome);
    return null;
  },
});

/** Goes on taking somebody out of the reports that they have made; see `eraseReporter`. */
export const eraseMoreOf = internalMutation({
  args: { reporterId: v.string() },
  returns: v.null(),
  handler: async (ctx, { reporterId }) => {
    await eraseReporter(ctx, reporterId);
    return null;
  },
});

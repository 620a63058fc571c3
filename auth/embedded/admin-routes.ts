import { z } from "zod";
import { answerJson, refuse } from "./answers";
import { tokenField } from "./fields";
import { invitationLink } from "./mails";
import type { PersonOnServer } from "./people";
import { action, findCaller, type IdentityRoute, type RouteCall } from "./route";

const DAY_MS = 86_400_000;
const INVITATION_DAYS_MAX = 90;
const INVITATION_USES_MAX = 1_000;

const aboutPerson = z.object({ userId: tokenField });
const role = z.enum(["owner", "admin", "member"]);

/** What the server's owners and admins do. Each act that changes something leaves an entry in the audit log. */
export const adminRoutes: Record<string, IdentityRoute> = {
  "admin/people": question((call) => {
    const { query } = call.request;
    const offset = Number(query.get("offset") ?? "0");
    if (!Number.isSafeInteger(offset) || offset < 0) return refuse(400, "INVALID_INPUT");
    const search = (query.get("search") ?? "").slice(0, 80);
    return answerJson(call.options.identity.people.page(search, offset));
  }),
  "admin/suspend": onPerson(async ({ options }, { actor, subject }) => {
    if (subject.isSuspended) return undefined;
    if (!(await options.identity.suspend(subject.id))) return refuse(409, "LAST_OWNER");
    options.identity.auditLog.append(actor.id, "account.suspended", subject.id);
    return undefined;
  }),
  "admin/restore": onPerson(async ({ options }, { actor, subject }) => {
    if (!subject.isSuspended) return undefined;
    await options.identity.restore(subject.id);
    options.identity.auditLog.append(actor.id, "account.restored", subject.id);
    return undefined;
  }),
  "admin/delete-person": onPerson(async ({ options }, { actor, subject }) => {
    if (!(await options.identity.deletePerson(subject.id))) return refuse(409, "LAST_OWNER");
    options.identity.auditLog.append(actor.id, "account.deleted", subject.id);
    return undefined;
  }),
  "admin/reset-link": onPerson(async ({ options }, { actor, subject }) => {
    const link = await options.identity.makeResetLink(subject.id, subject.email);
    options.identity.auditLog.append(actor.id, "account.reset_link_made", subject.id);
    return { link };
  }),
  "admin/two-factor-off": onPerson(async ({ options }, { actor, subject }) => {
    const { identity } = options;
    if (await identity.removeTwoFactor(subject.id)) {
      identity.auditLog.append(actor.id, "account.two_factor_removed", subject.id);
    }
    return undefined;
  }),
  "admin/role": action(aboutPerson.extend({ role }), async (call, fields) => {
    const pair = await findPair(call, fields.userId);
    if (pair instanceof Response) return pair;
    const { actor, subject } = pair;
    const { identity } = call.options;
    // Who may make owners is an owner; stepping down is everybody's right, but the last owner's.
    if (actor.role !== "owner" && fields.role === "owner") return refuse(403, "FORBIDDEN");
    if (subject.role === fields.role) return answerJson({ role: fields.role });
    if (!identity.people.setRole(subject.id, fields.role)) return refuse(409, "LAST_OWNER");
    // The role is in tokens too; those of the former one must not outlive it.
    await identity.endSessions(subject.id);
    identity.auditLog.append(actor.id, "account.role_changed", subject.id, fields.role);
    return answerJson({ role: fields.role });
  }),

  "admin/invitations": question((call) => answerJson(call.options.identity.invitations.list())),
  "admin/invite": action(
    z.object({
      usesMax: z.number().int().min(1).max(INVITATION_USES_MAX),
      days: z.number().int().min(1).max(INVITATION_DAYS_MAX),
    }),
    async (call, { usesMax, days }) => {
      const actor = await findAdmin(call);
      if (actor instanceof Response) return actor;
      const { identity, publicUrl, signUp } = call.options;
      // Its link would be refused.
      if (signUp === "closed") return refuse(409, "SIGN_UP_CLOSED");
      const createdBy = actor.id;
      const lifetimeMs = days * DAY_MS;
      const { token, invitation } = identity.invitations.create({ createdBy, usesMax, lifetimeMs });
      identity.auditLog.append(actor.id, "invitation.created", invitation.id);
      return answerJson({ link: invitationLink(token, publicUrl), invitation });
    },
  ),
  "admin/revoke-invitation": action(z.object({ id: tokenField }), async (call, { id }) => {
    const actor = await findAdmin(call);
    if (actor instanceof Response) return actor;
    const { identity } = call.options;
    if (!identity.invitations.revoke(id)) return refuse(404, "NOT_FOUND");
    identity.auditLog.append(actor.id, "invitation.revoked", id);
    return answerJson({ status: true });
  }),

  "admin/audit": question((call) => {
    const before = call.request.query.get("before");
    const beforeId = before === null ? null : Number(before);
    if (beforeId !== null && !Number.isSafeInteger(beforeId)) return refuse(400, "INVALID_INPUT");
    return answerJson(call.options.identity.auditLog.page(beforeId));
  }),
  "admin/figures": question(async (call) => answerJson(await call.options.readFigures())),
};

function question(answer: (call: RouteCall) => Response | Promise<Response>): IdentityRoute {
  return {
    method: "GET",
    answer: async (call) => {
      const actor = await findAdmin(call);
      return actor instanceof Response ? actor : answer(call);
    },
  };
}

type Pair = { actor: PersonOnServer; subject: PersonOnServer };

/** An act on somebody else: admins on members, owners on everybody. Nobody on themselves. */
function onPerson(
  perform: (call: RouteCall, pair: Pair) => Promise<object | Response | undefined>,
): IdentityRoute {
  return action(aboutPerson, async (call, { userId }) => {
    const pair = await findPair(call, userId);
    if (pair instanceof Response) return pair;
    if (pair.actor.id === pair.subject.id) return refuse(409, "NOT_ON_ONESELF");
    const answer = (await perform(call, pair)) ?? { status: true };
    return answer instanceof Response ? answer : answerJson(answer);
  });
}

async function findPair(call: RouteCall, userId: string): Promise<Pair | Response> {
  const actor = await findAdmin(call);
  if (actor instanceof Response) return actor;
  const subject = call.options.identity.people.find(userId);
  if (!subject) return refuse(404, "NO_SUCH_PERSON");
  const mayAct = actor.role === "owner" || subject.role === "member" || actor.id === subject.id;
  return mayAct ? { actor, subject } : refuse(403, "FORBIDDEN");
}

/** The caller as an owner or admin; to everybody else these addresses are not there. */
async function findAdmin(call: RouteCall): Promise<PersonOnServer | Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  return caller.person.role === "member" ? refuse(404, "NOT_FOUND") : caller.person;
}

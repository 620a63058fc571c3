import { z } from "zod";
import { answerJson, refuse, refuseWith } from "./answers";
import type { AuditAction } from "./audit-log";
import { checkNewPassword } from "./credentials";
import { emailField, nameField, newPasswordField, passwordField, tokenField } from "./fields";
import { forward, headersFor } from "./forward";
import type { PersonOnServer } from "./people";
import {
  action,
  findCaller,
  type IdentityRoute,
  type RouteCall,
  serviceAction,
  serviceQuestion,
  withAttempts,
} from "./route";

const passwordOnly = z.object({ password: passwordField });
const credential = z.record(z.string(), z.unknown());

/** What people do with their own account. All of it needs a session. */
export const accountRoutes: Record<string, IdentityRoute> = {
  account: { method: "GET", answer: describeAccount },
  "update-user": serviceAction(z.object({ name: nameField })),

  "change-password": action(
    z.object({ currentPassword: passwordField, newPassword: newPasswordField }),
    (call, fields) =>
      // Whoever changes a password because somebody else knows it wants that person gone.
      guarded(call, "account.password_changed", async (person) => {
        const sentence = checkNewPassword(fields.newPassword, person);
        if (sentence) return refuseWith(400, "INVALID_INPUT", sentence, { field: "newPassword" });
        return forward(call.request, call.options, { ...fields, revokeOtherSessions: true });
      }),
  ),
  "change-email": action(
    z.object({ newEmail: emailField, password: passwordField }),
    (call, { newEmail, password }) =>
      guarded(call, null, async (person) => {
        const { request, options } = call;
        const { identity } = options;
        const checked = await forward(request, options, { password }, "verify-password");
        if (!checked.ok) return checked;
        if (newEmail === person.email) return refuse(409, "SAME_EMAIL", { field: "newEmail" });
        // As at sign-up: with mail only the address itself learns that it was tried.
        if (!identity.canSendMail && identity.people.findByEmail(newEmail)) {
          return refuse(422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", { field: "newEmail" });
        }
        const response = await forward(request, options, { newEmail });
        if (!response.ok) return response;
        // With mail it changes when the new one is confirmed.
        const isChanged = identity.people.find(person.id)?.email === newEmail;
        if (isChanged) identity.auditLog.append(person.id, "account.email_changed", person.id);
        await identity.announceNewAddress(person, newEmail);
        return response;
      }),
  ),
  /** Who has no password must have signed in lately; the library holds to that. */
  "delete-user": action(z.object({ password: passwordField.optional() }), (call, fields) =>
    guarded(call, "account.deleted", async (person) => {
      if (call.options.identity.people.isLastOwner(person.id)) return refuse(409, "LAST_OWNER");
      if (fields.password === undefined && (await hasPassword(call))) {
        return refuse(400, "INVALID_PASSWORD", { field: "currentPassword" });
      }
      return forward(call.request, call.options, fields);
    }),
  ),

  sessions: { method: "GET", answer: listSessions },
  "sessions/end": action(z.object({ sessionId: tokenField }), endSession),
  "sessions/end-others": serviceAction(null, "revoke-other-sessions"),

  "two-factor/enable": action(passwordOnly, (call, fields) =>
    guarded(call, null, () => forward(call.request, call.options, fields)),
  ),
  /** Only a code from the new secret turns it on, so that nobody locks themselves out. */
  "two-factor/confirm": action(
    z.object({ code: z.string().trim().min(6).max(8) }),
    (call, fields) =>
      guarded(call, "account.two_factor_on", () =>
        forward(call.request, call.options, fields, "two-factor/verify-totp"),
      ),
  ),
  "two-factor/disable": action(passwordOnly, (call, fields) =>
    guarded(call, "account.two_factor_off", () => forward(call.request, call.options, fields)),
  ),
  "two-factor/generate-backup-codes": action(passwordOnly, (call, fields) =>
    guarded(call, null, () => forward(call.request, call.options, fields)),
  ),

  "passkey/list-user-passkeys": serviceQuestion(),
  "passkey/generate-register-options": serviceQuestion(),
  "passkey/verify-registration": action(
    z.object({ response: credential, name: nameField.optional() }),
    (call, fields) =>
      guarded(call, "account.passkey_added", () => forward(call.request, call.options, fields)),
  ),
  "passkey/update-passkey": action(z.object({ id: tokenField, name: nameField }), (call, fields) =>
    guarded(call, null, () => forward(call.request, call.options, fields)),
  ),
  "passkey/delete-passkey": action(z.object({ id: tokenField }), (call, fields) =>
    guarded(call, "account.passkey_removed", () => forward(call.request, call.options, fields)),
  ),
};

/** Does something to the caller's own account, with few guesses, and puts it into the audit log. */
async function guarded(
  call: RouteCall,
  auditedAs: AuditAction | null,
  perform: (person: PersonOnServer) => Promise<Response>,
): Promise<Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const { person } = caller;
  const response = await withAttempts(call, `own ${person.id}`, () => perform(person));
  if (response.ok && auditedAs)
    call.options.identity.auditLog.append(person.id, auditedAs, person.id);
  return response;
}

async function describeAccount(call: RouteCall): Promise<Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const { identity, publicUrl } = call.options;
  const headers = headersFor(call.request, publicUrl);
  const [found, accounts] = await Promise.all([
    identity.api.getSession({ headers, query: { disableCookieCache: true } }),
    identity.api.listUserAccounts({ headers }),
  ]);
  const { id, name, email, imageUrl, role, createdAt } = caller.person;
  return answerJson({
    ...{ id, name, email, imageUrl, role, createdAt },
    isEmailVerified: found?.user.emailVerified === true,
    hasTwoFactor: hasTwoFactor(found?.user),
    hasPassword: accounts.some(({ providerId }) => providerId === "credential"),
    providers: accounts.map(({ providerId }) => providerId).filter((id) => id !== "credential"),
    isLastOwner: identity.people.isLastOwner(id),
    canSendMail: identity.canSendMail,
  });
}

export async function hasPassword({ request, options }: RouteCall): Promise<boolean> {
  const headers = headersFor(request, options.publicUrl);
  const accounts = await options.identity.api.listUserAccounts({ headers });
  return accounts.some(({ providerId }) => providerId === "credential");
}

/** The field is the plugin's, and the library's types do not carry it here. */
function hasTwoFactor(user: object | undefined): boolean {
  return user !== undefined && "twoFactorEnabled" in user && user.twoFactorEnabled === true;
}

/** Never the sessions' tokens: who reads this page must not be able to become the person. */
async function listSessions(call: RouteCall): Promise<Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const sessions = await sessionsOf(call);
  return answerJson(
    sessions.map(({ id, userAgent, createdAt, updatedAt }) => ({
      id,
      userAgent: userAgent ?? null,
      createdAt: new Date(createdAt).getTime(),
      lastActiveAt: new Date(updatedAt).getTime(),
      isCurrent: id === caller.sessionId,
    })),
  );
}

async function endSession(
  call: RouteCall,
  { sessionId }: { sessionId: string },
): Promise<Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const session = (await sessionsOf(call)).find(({ id }) => id === sessionId);
  if (!session) return refuse(404, "NO_SUCH_SESSION");
  const { request, options } = call;
  const response = await forward(request, options, { token: session.token }, "revoke-session");
  if (response.ok) {
    const { id } = caller.person;
    options.identity.auditLog.append(id, "session.ended_by_owner", id);
  }
  return response;
}

function sessionsOf({ request, options }: RouteCall) {
  const headers = headersFor(request, options.publicUrl);
  return options.identity.api.listSessions({ headers });
}

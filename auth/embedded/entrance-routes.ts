import { timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { cleanName } from "@/shared/person-name";
import { answerJson, refuse, refuseWith } from "./answers";
import { type Credentials, cleanEmail, findCredentialProblem } from "./credentials";
import { emailField, newPasswordField, tokenField } from "./fields";
import { forward } from "./forward";
import {
  action,
  findCaller,
  type IdentityRoute,
  type RouteCall,
  serviceAction,
  serviceQuestion,
  withAttempts,
} from "./route";

/** Many times what the slower of two answers takes, and too short to be noticed behind a form. */
const EQUAL_TIME_MS = 250;

const credentialTexts = z.object({
  name: z.string().optional(),
  email: z.string(),
  password: z.string(),
  /** From an invitation's link. */
  invitation: tokenField.optional(),
  /** From the line that the start of a server without an owner prints. */
  ownerToken: tokenField.optional(),
});

/** How people come in and go out. Nobody needs a session for any of these. */
export const entranceRoutes: Record<string, IdentityRoute> = {
  "sign-up/email": action(credentialTexts, signUp),
  "sign-in/email": action(credentialTexts, signIn),
  "sign-out": serviceAction(null),
  "get-session": serviceQuestion(),
  token: serviceQuestion(),
  jwks: serviceQuestion(),

  /** The same answer whether there is such an account or not. */
  "request-password-reset": action(z.object({ email: emailField }), async (call, { email }) => {
    const { request, options } = call;
    if (!options.identity.canSendMail) return refuse(409, "NO_MAIL");
    const response = await inEqualTime(forward(request, options, { email }));
    return response.ok ? answerJson({ status: true }) : response;
  }),
  /** Neither here is it told who has an account, nor whose address is confirmed already. */
  "send-verification-email": action(z.object({ email: emailField }), async (call, { email }) => {
    const { request, options } = call;
    if (!options.identity.canSendMail) return refuse(409, "NO_MAIL");
    const response = await inEqualTime(forward(request, options, { email }));
    return response.ok ? answerJson({ status: true }) : response;
  }),
  "reset-password": serviceAction(z.object({ token: tokenField, newPassword: newPasswordField })),
  /** A button, not a link: programs that look into mails follow links. */
  "verify-email": action(z.object({ token: z.string().max(2_000) }), async (call, { token }) => {
    const { request, options } = call;
    const path = `verify-email?token=${encodeURIComponent(token)}`;
    const response = await forward({ ...request, method: "GET" }, options, null, path);
    if (response.ok) recordNewAddress(call, await response.clone().json());
    return response;
  }),

  "two-factor/verify-totp": secondFactor(),
  "two-factor/verify-backup-code": secondFactor(),

  "passkey/generate-authenticate-options": serviceQuestion(),
  "passkey/verify-authentication": serviceAction(
    z.object({ response: z.record(z.string(), z.unknown()) }),
  ),

  "owner/claim": action(z.object({ ownerToken: tokenField }), async (call, { ownerToken }) => {
    const caller = await findCaller(call);
    if (caller instanceof Response) return caller;
    if (!isOwnerToken(call, ownerToken)) return refuse(403, "OWNER_TOKEN_WRONG");
    return claimServer(call, caller.person.id)
      ? answerJson({ role: "owner" })
      : refuse(409, "SERVER_HAS_OWNER");
  }),
};

/** The library names the person only where the address is another one than before. */
function recordNewAddress({ options }: RouteCall, answer: unknown): void {
  const known = z.object({ user: z.object({ id: z.string() }) }).safeParse(answer);
  if (!known.success) return;
  const { id } = known.data.user;
  options.identity.auditLog.append(id, "account.email_changed", id);
}

/** What is done for a known address takes some milliseconds longer, which would tell that it is known. */
async function inEqualTime(answering: Promise<Response>): Promise<Response> {
  const [response] = await Promise.all([answering, sleep(EQUAL_TIME_MS)]);
  return response;
}

async function signUp(call: RouteCall, fields: z.infer<typeof credentialTexts>): Promise<Response> {
  const { request, options } = call;
  const { identity, ownerToken } = options;
  if (fields.name === undefined) return refuse(400, "INVALID_INPUT", { field: "name" });
  const problem = findProblem("sign-up", fields);
  if (problem) return problem;
  const claims = fields.ownerToken !== undefined && isOwnerToken(call, fields.ownerToken);
  const giveBack = claims ? () => undefined : mayEnter(call, fields.invitation ?? null);
  if (typeof giveBack === "string") return refuse(403, giveBack);

  const email = cleanEmail(fields.email);
  const { password } = fields;
  // With mail, the service answers for a known address as if it had made an account.
  const isKnown = identity.people.findByEmail(email) !== null;
  const account = { name: cleanName(fields.name), email, password };
  const response = await forward(request, options, account);
  const person = response.ok && !isKnown ? identity.people.findByEmail(email) : null;
  if (!person) {
    giveBack();
    return response;
  }
  identity.auditLog.append(person.id, "account.created", person.id);
  if (claims || ownerToken === null) claimServer(call, person.id);
  return response;
}

/**
 * Whether a new account may be made.
 * @returns What gives the place back when the account is not made after all, or the refusal's code.
 */
export function mayEnter({ options }: RouteCall, invitation: string | null): (() => void) | string {
  const { identity, signUp, ownerToken } = options;
  // Somebody has to be the first, or nobody could ever do anything about the others.
  if (ownerToken === null && identity.people.isEmpty()) return () => undefined;
  switch (signUp) {
    case "open":
      return () => undefined;
    case "closed":
      return "SIGN_UP_CLOSED";
    case "invite": {
      if (invitation === null) return "SIGN_UP_BY_INVITE";
      return identity.invitations.take(invitation) ?? "INVITATION_USELESS";
    }
    default:
      return signUp satisfies never;
  }
}

export function isOwnerToken({ options }: RouteCall, given: string): boolean {
  const { ownerToken, identity } = options;
  if (ownerToken === null || identity.people.hasOwner()) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(ownerToken)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export function claimServer({ options }: RouteCall, userId: string): boolean {
  const { people, auditLog } = options.identity;
  const isClaimed = people.claim(userId);
  if (isClaimed) auditLog.append(userId, "account.claimed_server", userId);
  return isClaimed;
}

async function signIn(call: RouteCall, fields: z.infer<typeof credentialTexts>): Promise<Response> {
  const problem = findProblem("sign-in", fields);
  if (problem) return problem;
  const { request, options, limiter } = call;
  const email = cleanEmail(fields.email);
  return withAttempts({ ...call, limiter }, `account ${email}`, () =>
    forward(request, options, { email, password: fields.password }),
  );
}

function findProblem(purpose: "sign-in" | "sign-up", credentials: Credentials): Response | null {
  const problem = findCredentialProblem(purpose, credentials);
  return problem && refuseWith(400, "INVALID_INPUT", problem.sentence, { field: problem.field });
}

/** The code after the password; guesses are counted for the sign-in that they belong to. */
function secondFactor(): IdentityRoute {
  const fields = z.object({ code: z.string().trim().min(4).max(40) });
  return action(fields, (call, { code }) => {
    const { request, options } = call;
    const cookies = request.header("cookie") ?? "";
    const started = cookies.match(cookiePattern(options.identity.twoFactorCookieName))?.[1];
    return withAttempts(call, `second factor ${started ?? request.clientAddress}`, () =>
      forward(request, options, { code }),
    );
  });
}

function cookiePattern(name: string): RegExp {
  return new RegExp(`(?:^|;\\s*)${name.replaceAll(".", "\\.")}=([^;]+)`);
}

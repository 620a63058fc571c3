import { z } from "zod";
import { type SignInProviderId, signInProviderIds } from "@/lib/sign-in-providers";
import { HOME_PATH, safeRedirect } from "../safe-redirect";
import { hasPassword } from "./account-routes";
import { refuse } from "./answers";
import { claimServer, isOwnerToken, mayEnter } from "./entrance-routes";
import { passwordField, tokenField } from "./fields";
import { forward, headersFor, passOn } from "./forward";
import type { Visit } from "./provider-desk";
import { action, findCaller, type IdentityRoute, type RouteCall, withAttempts } from "./route";

const providerField = z.enum(signInProviderIds);
const ACCOUNT_PAGE = "/settings/account";
const PARAMETER_LENGTH_MAX = 4_000;

/** To a service elsewhere that vouches for people, and back. */
export const providerRoutes: Record<string, IdentityRoute> = {
  /** Says where to go; the browser goes there by itself. */
  "sign-in/provider": action(
    z.object({
      provider: providerField,
      redirect: z.string().max(2_000).optional(),
      invitation: tokenField.optional(),
      ownerToken: tokenField.optional(),
    }),
    (call, { provider, redirect, ...luggage }) => {
      const path = safeRedirect(redirect);
      const back = path === HOME_PATH ? "" : `?redirect=${encodeURIComponent(path)}`;
      return start(call, provider, {
        ...{ libraryPath: "sign-in/social", to: path, refusedTo: `/sign-in${back}` },
        additionalData: luggage,
      });
    },
  ),

  ...Object.fromEntries(
    signInProviderIds.map((id): [string, IdentityRoute] => [
      `callback/${id}`,
      { method: "GET", answer: (call) => finish(call, id) },
    ]),
  ),

  "provider/connect": action(
    z.object({ provider: providerField, password: passwordField.optional() }),
    async (call, { provider, password }) => {
      const refusal = await findProofProblem(call, password);
      if (refusal) return refusal;
      return start(call, provider, {
        ...{ libraryPath: "link-social", to: ACCOUNT_PAGE, refusedTo: ACCOUNT_PAGE },
      });
    },
  ),
  "provider/disconnect": action(z.object({ provider: providerField }), async (call, fields) => {
    const caller = await findCaller(call);
    if (caller instanceof Response) return caller;
    const { request, options } = call;
    const headers = headersFor(request, options.publicUrl);
    const accounts = await options.identity.api.listUserAccounts({ headers });
    const account = accounts.find(({ providerId }) => providerId === fields.provider);
    if (!account) return refuse(404, "NOT_FOUND");
    const response = await forward(request, options, { accountId: account.id }, "unlink-account");
    const { id } = caller.person;
    if (response.ok) options.identity.auditLog.append(id, "account.provider_removed", id);
    return response;
  }),
};

/** An open screen must not be enough to add a second way in. */
async function findProofProblem(call: RouteCall, password?: string): Promise<Response | null> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const { request, options } = call;
  if (!(await hasPassword(call))) return null;
  if (password === undefined) return refuse(400, "INVALID_PASSWORD", { field: "currentPassword" });
  const checked = await withAttempts(call, `own ${caller.person.id}`, () =>
    forward(request, options, { password }, "verify-password"),
  );
  return checked.ok ? null : checked;
}

async function start(
  { request, options }: RouteCall,
  provider: SignInProviderId,
  journey: { libraryPath: string; to: string; refusedTo: string; additionalData?: object },
): Promise<Response> {
  const { identity, publicUrl } = options;
  if (!identity.providers.isConfigured(provider)) return refuse(404, "NOT_FOUND");
  const headers = headersFor(request, publicUrl);
  headers.set("content-type", "application/json");
  const response = await identity.providers.handle(
    provider,
    new Request(`${publicUrl}/api/auth/${journey.libraryPath}`, {
      method: "POST",
      headers,
      body: JSON.stringify({
        ...{ provider, disableRedirect: true, callbackURL: `${publicUrl}${journey.to}` },
        errorCallbackURL: `${publicUrl}${journey.refusedTo}`,
        additionalData: journey.additionalData ?? {},
      }),
    }),
    null,
  );
  return response ? passOn(response, journey.libraryPath, options) : refuse(503, "PROVIDER_AWAY");
}

/** Somebody is back, with an answer or with a refusal; either way they land on a page of ours. */
async function finish(call: RouteCall, provider: SignInProviderId): Promise<Response> {
  const { request, options } = call;
  const { identity, publicUrl } = options;
  const query = new URLSearchParams();
  for (const name of ["code", "state", "error", "iss"]) {
    const value = request.query.get(name);
    if (value !== null) query.set(name, value.slice(0, PARAMETER_LENGTH_MAX));
  }
  const caller = await findCaller(call);
  const visit = receive(call, caller instanceof Response ? null : caller.person.id);
  const url = `${publicUrl}/api/auth/callback/${provider}?${query}`;
  const response = await identity.providers.handle(
    provider,
    new Request(url, { headers: headersFor(request, publicUrl) }),
    visit,
  );
  const answer = response ? landOn(response, publicUrl) : sendTo("/sign-in?refused=PROVIDER_AWAY");
  visit.settle(isWelcome(answer));
  return answer;
}

/** What the rules decide during one return, and what is written down once it is known how it ended. */
function receive(call: RouteCall, callerId: string | null): Visit & { settle(ok: boolean): void } {
  const { people, auditLog } = call.options.identity;
  let giveBack = () => {};
  let created: { email: string; claims: boolean } | null = null;
  let linkedUserId: string | null = null;
  return {
    callerId,
    mayCreate(email, { invitation, ownerToken }) {
      const claims = ownerToken !== null && isOwnerToken(call, ownerToken);
      if (!claims) {
        const place = mayEnter(call, invitation);
        if (typeof place === "string") return place;
        giveBack = place;
      }
      created = { email: email.toLowerCase(), claims };
      return null;
    },
    onLink(userId) {
      linkedUserId = userId;
    },
    settle(ok) {
      if (linkedUserId !== null && ok) {
        auditLog.append(linkedUserId, "account.provider_added", linkedUserId);
      }
      const person = created && people.findByEmail(created.email);
      if (!person) return giveBack();
      auditLog.append(person.id, "account.created", person.id);
      if (created?.claims || call.options.ownerToken === null) claimServer(call, person.id);
    },
  };
}

/** The library's redirect, to a page of ours and with a word of ours for what went wrong. */
function landOn(response: Response, publicUrl: string): Response {
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, publicUrl)) {
    return sendTo(
      `/sign-in?refused=${response.status === 429 ? "PROVIDER_AWAY" : "PROVIDER_FAILED"}`,
    );
  }
  const { origin, pathname, searchParams, hash } = new URL(location, publicUrl);
  if (origin !== publicUrl) return sendTo("/sign-in?refused=PROVIDER_FAILED");
  const error = searchParams.get("error");
  if (error === null) {
    const search = searchParams.size > 0 ? `?${searchParams}` : "";
    return sendTo(`${pathname}${search}${hash}`, response.headers.getSetCookie());
  }
  // Its own page for errors is none of ours.
  const page = pathname === ACCOUNT_PAGE ? ACCOUNT_PAGE : "/sign-in";
  const kept = new URLSearchParams({ refused: refusalFor(error) });
  const redirect = searchParams.get("redirect");
  if (redirect !== null) kept.set("redirect", safeRedirect(redirect));
  return sendTo(`${page}?${kept}`, response.headers.getSetCookie());
}

function sendTo(location: string, cookies: string[] = []): Response {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function isWelcome(answer: Response): boolean {
  return !/[?&]refused=/.test(answer.headers.get("location") ?? "?refused=");
}

/** Our words for the library's; ours come through as they are. */
function refusalFor(error: string): string {
  if (/^[A-Z_]{1,60}$/.test(error)) return error;
  return REFUSALS[error] ?? "PROVIDER_FAILED";
}

const REFUSALS: Record<string, string> = {
  access_denied: "PROVIDER_CANCELLED",
  state_mismatch: "PROVIDER_TOO_LATE",
  state_not_found: "PROVIDER_TOO_LATE",
  email_not_found: "PROVIDER_EMAIL_UNVERIFIED",
  account_not_linked: "PROVIDER_NOT_LINKED",
  unable_to_link_account: "PROVIDER_EMAIL_UNVERIFIED",
  email_does_not_match: "PROVIDER_OTHER_EMAIL",
  account_already_linked_to_different_user: "PROVIDER_TAKEN",
};

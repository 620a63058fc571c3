import type { ZodType } from "zod";
import { refuse, refuseHaste } from "./answers";
import type { AttemptLimiter } from "./attempt-limiter";
import type { IdentityDoorOptions, IdentityRequest } from "./door";
import { forward, headersFor } from "./forward";
import type { PersonOnServer } from "./people";

/** What a route's answer is made from; the door has checked method, origin and body's shape. */
export type RouteCall = {
  request: IdentityRequest;
  options: IdentityDoorOptions;
  /** Wrong passwords and codes, by what they were tried for. */
  limiter: AttemptLimiter;
};

export type IdentityRoute =
  | { method: "GET"; answer: (call: RouteCall) => Promise<Response> }
  | {
      method: "POST";
      takesBody: boolean;
      /** For more than a few fields. */
      bodyBytesMax?: number;
      answer: (call: RouteCall, body: Record<string, unknown>) => Promise<Response>;
    };

/** The library's own answer to a question. */
export function serviceQuestion(): IdentityRoute {
  return { method: "GET", answer: ({ request, options }) => forward(request, options, null) };
}

/** The library's own doing, with these fields of the body and no others. */
export function serviceAction<T extends object>(
  fields: ZodType<T> | null,
  path?: string,
): IdentityRoute {
  return action(fields, ({ request, options }, known) => forward(request, options, known, path));
}

/** Something that we do, with these fields of the body and no others. */
export function action<T extends object>(
  fields: ZodType<T> | null,
  perform: (call: RouteCall, known: T) => Promise<Response>,
): Extract<IdentityRoute, { method: "POST" }> {
  return {
    method: "POST",
    takesBody: fields !== null,
    answer: async (call, body) => {
      if (fields === null) return perform(call, {} as T);
      const known = fields.safeParse(body);
      if (known.success) return perform(call, known.data);
      const field = known.error.issues[0]?.path[0];
      return refuse(400, "INVALID_INPUT", { field: typeof field === "string" ? field : null });
    },
  };
}

/** Who is asking, by the session of their cookie; a refusal when nobody is. */
export async function findCaller({
  request,
  options,
}: RouteCall): Promise<
  { person: PersonOnServer; sessionToken: string; sessionId: string } | Response
> {
  const { identity, publicUrl } = options;
  const headers = headersFor(request, publicUrl);
  const found = await identity.api.getSession({ headers, query: { disableCookieCache: true } });
  const person = found && identity.people.find(found.user.id);
  if (!found || !person) return refuse(401, "UNAUTHENTICATED");
  return { person, sessionToken: found.session.token, sessionId: found.session.id };
}

/** Runs something that a password or a code protects: whoever guesses has few guesses a minute. */
export async function withAttempts(
  { limiter }: RouteCall,
  subject: string,
  attempt: () => Promise<Response>,
): Promise<Response> {
  const waitMs = limiter.take(subject);
  if (waitMs > 0) return refuseHaste(Math.ceil(waitMs / 1000));
  const response = await attempt();
  if (response.ok) limiter.clear(subject);
  else if (![400, 401, 403].includes(response.status)) limiter.giveBack(subject);
  return response;
}

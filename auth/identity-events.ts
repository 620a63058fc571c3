/**
 * News about a person from the identity service, in the one shape that both services are turned
 * into and that `convex/http.ts` takes at `POST /identity-events`.
 */
export type IdentityEvent = {
  type:
    | "user.created"
    | "user.updated"
    | "user.deleted"
    | "user.suspended"
    | "user.restored"
    | "session.revoked";
  user: { id: string; name: string | null; email: string | null; imageUrl: string | null };
  /** Which session was revoked: the `sid` claim of its tokens. */
  sessionId?: string;
  /** Milliseconds since 1970 at the identity service; older news about a person is ignored. */
  occurredAt: number;
};

/** Where events go: the deployment's HTTP actions and the secret that opens them. */
export type EventsTarget = { siteUrl: string; secret: string };

export type PostOutcome =
  | { kind: "delivered" }
  /** The functions looked at it and will not have it; trying again changes nothing. */
  | { kind: "refused"; status: number }
  /** Nobody answered, or the answer was about the moment; `status` is `null` without an answer. */
  | { kind: "unreachable"; status: number | null };

type Fetch = typeof globalThis.fetch;

const POST_TIMEOUT_MS = 10_000;

/** Delivers one event once. Never throws; never logs, since the caller knows what it may say. */
export async function postIdentityEvent(
  event: IdentityEvent,
  { siteUrl, secret }: EventsTarget,
  fetch: Fetch = globalThis.fetch,
): Promise<PostOutcome> {
  try {
    const response = await fetch(`${siteUrl}/identity-events`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
      body: JSON.stringify(event),
      redirect: "error",
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    // An unread body would hold its connection.
    await response.body?.cancel();
    if (response.ok) return { kind: "delivered" };
    const isMomentary = response.status >= 500 || [408, 425, 429].includes(response.status);
    return { kind: isMomentary ? "unreachable" : "refused", status: response.status };
  } catch {
    return { kind: "unreachable", status: null };
  }
}

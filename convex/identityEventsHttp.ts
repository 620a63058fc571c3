import type { Infer } from "convex/values";
import { identityEventMaxBytes, sessionIdMaxUnits } from "../shared/limits";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
import { isUserId } from "./model/access";
import type { identityEvent } from "./model/identityEvents";

type IdentityEvent = Infer<typeof identityEvent>;

const eventTypes = [
  "user.created",
  "user.updated",
  "user.deleted",
  "user.suspended",
  "user.restored",
  "session.revoked",
] as const;

/**
 * Where the identity service, embedded or Clerk's webhook route, reports what happened to its people.
 *
 * Guarded by the secret that both sides share. Answers JSON: `{ok: true, applied}`, or `{code}` with a
 * status that tells the sender whether to try again (only 5xx).
 */
export const receiveIdentityEvent = httpAction(async (ctx, request) => {
  const secret = process.env.PARLEY_EVENTS_SECRET;
  if (!secret) return answer(503, { code: "not_configured" });
  const given = request.headers.get("authorization") ?? "";
  if (!isSameText(given, `Bearer ${secret}`)) return answer(401, { code: "unauthenticated" });
  const body = await request.arrayBuffer();
  if (body.byteLength > identityEventMaxBytes) return answer(413, { code: "too_long" });
  const event = parseEvent(new TextDecoder().decode(body));
  if (event === null) return answer(400, { code: "invalid" });
  const applied = await ctx.runMutation(internal.identityEvents.apply, { event });
  return answer(200, { ok: true, applied });
});

/** The event in a request body, with only the fields we know; null when it is not one. */
function parseEvent(body: string): IdentityEvent | null {
  const parsed = parseRecord(body);
  const user = asRecord(parsed?.user);
  const type = eventTypes.find((known) => known === parsed?.type);
  const id = user?.id;
  const occurredAt = parsed?.occurredAt;
  if (!user || type === undefined || typeof id !== "string" || !isUserId(id)) return null;
  if (typeof occurredAt !== "number" || !Number.isFinite(occurredAt)) return null;
  const known = { id, ...text("name", user), ...text("email", user), ...text("imageUrl", user) };
  const session = text("sessionId", parsed ?? {});
  if ((session.sessionId ?? "").length > sessionIdMaxUnits) return null;
  return { type, user: known, ...session, occurredAt };
}

function text(key: string, record: Record<string, unknown>): Record<string, string> {
  const value = record[key];
  return typeof value === "string" ? { [key]: value } : {};
}

function parseRecord(body: string): Record<string, unknown> | null {
  try {
    return asRecord(JSON.parse(body));
  } catch {
    return null;
  }
}

function asRecord(value: unknown): Record<string, unknown> | null {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : null;
}

/** Compares in a time that depends on the length of the guess only, never on how much of it is right. */
function isSameText(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let index = 0; index < given.length; index += 1) {
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index % expected.length);
  }
  return difference === 0;
}

function answer(status: number, body: Record<string, unknown>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

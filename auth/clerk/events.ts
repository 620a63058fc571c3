import { z } from "zod";
import type { IdentityEvent } from "../identity-events";

const idSchema = z.string().min(1).max(200);

const emailSchema = z.object({ id: z.string(), email_address: z.string() });

const userSchema = z.object({
  id: idSchema,
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  username: z.string().nullish(),
  image_url: z.string().nullish(),
  has_image: z.boolean().nullish(),
  primary_email_address_id: z.string().nullish(),
  email_addresses: z.array(emailSchema).nullish(),
  updated_at: z.number().nullish(),
});

const sessionSchema = z.object({ user_id: idSchema, id: idSchema.optional() });

const envelopeSchema = z.object({
  type: z.string(),
  data: z.unknown(),
  timestamp: z.number().nullish(),
});

export type ClerkReading =
  | { kind: "event"; event: IdentityEvent }
  /** Clerk tells more than we asked for; such news is accepted and dropped. */
  | { kind: "ignored" }
  | { kind: "malformed" };

/**
 * Turns a verified Clerk webhook body into our own event.
 *
 * @param sentAtMs When the message was signed, for bodies that carry no time of their own.
 */
export function readClerkEvent(body: unknown, sentAtMs: number): ClerkReading {
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success) return { kind: "malformed" };
  const { type, data, timestamp } = envelope.data;
  switch (type) {
    case "user.created":
    case "user.updated": {
      const user = userSchema.safeParse(data);
      if (!user.success) return { kind: "malformed" };
      const occurredAt = user.data.updated_at ?? timestamp ?? sentAtMs;
      return { kind: "event", event: { type, user: toUser(user.data), occurredAt } };
    }
    case "user.deleted":
      return readDeparture("user.deleted", z.object({ id: idSchema }), data, (gone) => ({
        id: gone.id,
        occurredAt: timestamp ?? sentAtMs,
      }));
    case "session.ended":
    case "session.removed":
    case "session.revoked":
      return readDeparture("session.revoked", sessionSchema, data, (session) => ({
        id: session.user_id,
        sessionId: session.id,
        occurredAt: timestamp ?? sentAtMs,
      }));
    default:
      return { kind: "ignored" };
  }
}

function readDeparture<T>(
  type: "user.deleted" | "session.revoked",
  schema: z.ZodType<T>,
  data: unknown,
  pick: (parsed: T) => { id: string; sessionId?: string | undefined; occurredAt: number },
): ClerkReading {
  const parsed = schema.safeParse(data);
  if (!parsed.success) return { kind: "malformed" };
  const { id, sessionId, occurredAt } = pick(parsed.data);
  const user = { id, name: null, email: null, imageUrl: null };
  const session = sessionId === undefined ? {} : { sessionId };
  return { kind: "event", event: { type, user, ...session, occurredAt } };
}

function toUser(user: z.infer<typeof userSchema>): IdentityEvent["user"] {
  const emails = user.email_addresses ?? [];
  const primary = emails.find(({ id }) => id === user.primary_email_address_id) ?? emails[0];
  const fullName = [user.first_name, user.last_name].filter(Boolean).join(" ");
  return {
    id: user.id,
    name: fullName || user.username || null,
    email: primary?.email_address ?? null,
    // Without a picture of the person's own, Clerk draws one; ours are better and stay here.
    imageUrl: user.has_image === false ? null : (user.image_url ?? null),
  };
}

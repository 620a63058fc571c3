import type { IdentityEvent } from "../identity-events";

/** The parts of the service's user rows that leave the service. */
export type UserFacts = {
  id: string;
  name: string;
  email: string;
  image?: string | null | undefined;
  updatedAt: Date;
};

export function userEvent(
  type: "user.created" | "user.updated",
  { id, name, email, image, updatedAt }: UserFacts,
): IdentityEvent {
  const user = { id, name, email, imageUrl: image ?? null };
  return { type, user, occurredAt: updatedAt.getTime() };
}

export function deletedUserEvent(userId: string, wallMs: number): IdentityEvent {
  return { type: "user.deleted", user: nameless(userId), occurredAt: wallMs };
}

export function revokedSessionEvent(
  session: { id: string; userId: string },
  wallMs: number,
): IdentityEvent {
  const { id, userId } = session;
  return { type: "session.revoked", user: nameless(userId), sessionId: id, occurredAt: wallMs };
}

export function suspensionEvent(
  type: "user.suspended" | "user.restored",
  userId: string,
  wallMs: number,
): IdentityEvent {
  return { type, user: nameless(userId), occurredAt: wallMs };
}

function nameless(id: string): IdentityEvent["user"] {
  return { id, name: null, email: null, imageUrl: null };
}

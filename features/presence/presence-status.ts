/** How often a visible tab says that it is there. */
export const HEARTBEAT_INTERVAL_MS = 30_000;
/** How late a heartbeat may be before its sender counts as gone. */
export const HEARTBEAT_GRACE_MS = 10_000;
/** Active while the last sign is younger than this. */
export const ACTIVE_WITHIN_MS = HEARTBEAT_INTERVAL_MS + HEARTBEAT_GRACE_MS;
/** Recently active while the last sign is younger than this. */
export const RECENT_WITHIN_MS = 5 * 60_000;
/** How often a screen re-reads the clock to let people grow older. */
export const PRESENCE_TICK_MS = 5_000;

export type PresenceStatus = "active" | "recent" | "offline";

/** One person's presence as stored: the last sign of them, and whether they said that they left. */
export type PresenceRecord = { userId: string; lastSeen: number; isGone: boolean };

/**
 * Turns a stored presence into what people see.
 *
 * @param record `null` or `undefined` for somebody who was never seen.
 * @param serverNowMs The server's clock as the client estimates it; both times come from one clock.
 */
export function presenceStatus(
  record: PresenceRecord | null | undefined,
  serverNowMs: number,
): PresenceStatus {
  if (!record) return "offline";
  const ageMs = serverNowMs - record.lastSeen;
  // Somebody who left is not here, however fresh the last sign is.
  if (ageMs < ACTIVE_WITHIN_MS && !record.isGone) return "active";
  return ageMs < RECENT_WITHIN_MS ? "recent" : "offline";
}

/**
 * Tells this browser's other tabs that somebody signed in or out here. They reload: the server then
 * sends them where they belong, and nothing of the former person stays on the screen.
 */
export type TabChannel = { announceChange: () => void; close: () => void };

const CHANNEL_NAME = "parley-session";

/** @param onChange Called when another tab announced a change; never for one's own. */
export function openTabChannel(onChange: () => void): TabChannel {
  // Old browsers lack it; there, the other tabs find out when their token runs out.
  if (typeof BroadcastChannel === "undefined") return { announceChange() {}, close() {} };
  const channel = new BroadcastChannel(CHANNEL_NAME);
  channel.onmessage = onChange;
  return {
    announceChange: () => channel.postMessage("changed"),
    close: () => channel.close(),
  };
}

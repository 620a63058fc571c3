/**
 * What the pages may ask of the process around them. Pages are built apart from the server and share
 * only its global object, so this is the one thing that hangs there.
 */
export type ServerDoor = {
  /** Resolves while engine and stores answer; rejects or takes long otherwise. */
  checkHealth: () => Promise<void>;
  /** Where news about people go, `null` when no deployment or no secret is known. */
  eventsTarget: { siteUrl: string; secret: string } | null;
};

const KEY = Symbol.for("parley.server-door");

/** Called once by the server, before it takes requests. */
export function openServerDoor(door: ServerDoor): void {
  (globalThis as Record<symbol, unknown>)[KEY] = door;
}

/** `null` when the pages run without our server around them. */
export function findServerDoor(): ServerDoor | null {
  const door = (globalThis as Record<symbol, unknown>)[KEY];
  return door ? (door as ServerDoor) : null;
}

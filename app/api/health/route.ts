import { findServerDoor } from "@/lib/server-door";

const PATIENCE_MS = 3_000;

/** 200 while everything answers: the pages by running this, engine and stores by being asked. */
export async function GET(): Promise<Response> {
  const isHealthy = await checkWithin(PATIENCE_MS);
  const headers = { "cache-control": "no-store" };
  return isHealthy
    ? Response.json({ status: "ok" }, { headers })
    : Response.json({ status: "unavailable" }, { status: 503, headers });
}

async function checkWithin(patienceMs: number): Promise<boolean> {
  const door = findServerDoor();
  if (!door) return false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), patienceMs);
  });
  try {
    await Promise.race([door.checkHealth(), impatience]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

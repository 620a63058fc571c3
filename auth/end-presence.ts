import type { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";

const endPresence = makeFunctionReference<"mutation">("users:endPresence");

const PATIENCE_MS = 1_000;

/** Says goodbye before the session ends, for at most a second: nobody waits for a courtesy. */
export async function endPresenceBriefly(client: ConvexReactClient): Promise<void> {
  const goodbye = client.mutation(endPresence, {}).catch(() => undefined);
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([goodbye, patience]);
}

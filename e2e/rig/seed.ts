// Long histories, made by the functions themselves: many messages in flight over one stock client.
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";

const IN_FLIGHT_MAX = 300;

/** Sends the texts in order; the server keeps the order of one client. */
export async function sendAll(
  url: string,
  token: string,
  conversationId: string,
  texts: readonly string[],
): Promise<void> {
  const client = new ConvexClient(`${url}/convex`, { unsavedChangesWarning: false });
  client.setAuth(async () => token);
  const sendMessage = makeFunctionReference<"mutation">("messages:sendMessage");
  try {
    for (let at = 0; at < texts.length; at += IN_FLIGHT_MAX) {
      await Promise.all(
        texts
          .slice(at, at + IN_FLIGHT_MAX)
          .map((content) => client.mutation(sendMessage, { conversationId, content })),
      );
    }
  } finally {
    await client.close();
  }
}

import { answerClerkWebhook, createDeliveredIds } from "@/auth/clerk/webhook";
import { postIdentityEvent } from "@/auth/identity-events";
import { parseEnvironment } from "@/lib/env";
import { findServerDoor } from "@/lib/server-door";

const delivered = createDeliveredIds();

/** Clerk's news about people, see `auth/clerk/webhook.ts`. */
export async function POST(request: Request): Promise<Response> {
  const parsed = parseEnvironment(process.env);
  const identity = parsed.ok ? parsed.config.identity : null;
  const target = findServerDoor()?.eventsTarget ?? null;
  return answerClerkWebhook(request, {
    signingSecret: identity?.kind === "clerk" ? identity.webhookSecret : null,
    deliver: async (event) =>
      target ? postIdentityEvent(event, target) : { kind: "unreachable", status: null },
    delivered,
  });
}

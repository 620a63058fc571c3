import { Webhook } from "standardwebhooks";
import type { IdentityEvent, PostOutcome } from "../identity-events";
import { readClerkEvent } from "./events";

export type ClerkWebhookOptions = {
  /** `null`: not configured, so nothing can be believed. */
  signingSecret: string | null;
  deliver: (event: IdentityEvent) => Promise<PostOutcome>;
  /** The ids of messages that were delivered, so that a replay does nothing. */
  delivered: DeliveredIds;
};

const BODY_BYTES_MAX = 262_144;
const MESSAGE_ID_LENGTH_MAX = 200;
const DELIVERED_IDS_MAX = 10_000;

/**
 * Answers Clerk's webhook: checks the signature over the raw body, then hands the event on.
 *
 * Anything but a 2xx makes Clerk send the message again later, so trouble that may pass is a 5xx and
 * a message that is not for us is a 204.
 */
export async function answerClerkWebhook(
  request: Request,
  { signingSecret, deliver, delivered }: ClerkWebhookOptions,
): Promise<Response> {
  if (!signingSecret) return refuse(503, "webhook_not_configured");
  const headers = readSignatureHeaders(request.headers);
  if (!headers) return refuse(400, "signature_missing");
  const payload = await readBounded(request, BODY_BYTES_MAX);
  if (payload === null) return refuse(413, "too_large");
  const body = verify(payload, headers, signingSecret);
  if (!body) return refuse(401, "signature_invalid");

  const reading = readClerkEvent(body.json, Number(headers["webhook-timestamp"]) * 1000);
  if (reading.kind === "malformed") return refuse(400, "malformed");
  if (reading.kind === "ignored") return new Response(null, { status: 204 });
  const { outcome, isFirst } = await delivered.once(headers["webhook-id"], () =>
    deliver(reading.event),
  );
  switch (outcome.kind) {
    case "delivered":
      return Response.json({ ok: true, ...(!isFirst && { duplicate: true }) });
    case "refused":
    case "unreachable":
      return refuse(502, "not_delivered");
    default:
      return outcome satisfies never;
  }
}

/**
 * Remembers the last messages that arrived; signatures older than five minutes are refused anyway. The
 * same message that comes again while it is being delivered waits for that and shares its outcome.
 */
export type DeliveredIds = {
  once: (
    id: string,
    deliver: () => Promise<PostOutcome>,
  ) => Promise<{ outcome: PostOutcome; isFirst: boolean }>;
};

export function createDeliveredIds(idsMax = DELIVERED_IDS_MAX): DeliveredIds {
  const ids = new Set<string>();
  const underWay = new Map<string, Promise<PostOutcome>>();

  async function deliverNow(id: string, deliver: () => Promise<PostOutcome>): Promise<PostOutcome> {
    try {
      const outcome = await deliver();
      if (outcome.kind === "delivered") remember(id);
      return outcome;
    } finally {
      underWay.delete(id);
    }
  }

  function remember(id: string): void {
    ids.add(id);
    const oldest = ids.size > idsMax ? ids.values().next().value : undefined;
    if (oldest !== undefined) ids.delete(oldest);
  }

  return {
    async once(id, deliver) {
      if (ids.has(id)) return { outcome: { kind: "delivered" }, isFirst: false };
      const earlier = underWay.get(id);
      if (earlier) return { outcome: await earlier, isFirst: false };
      const delivery = deliverNow(id, deliver);
      underWay.set(id, delivery);
      return { outcome: await delivery, isFirst: true };
    },
  };
}

type SignatureHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/** Clerk sends the standard's headers under the name of the company behind it. */
function readSignatureHeaders(headers: Headers): SignatureHeaders | null {
  const id = headers.get("svix-id");
  const timestamp = headers.get("svix-timestamp");
  const signature = headers.get("svix-signature");
  if (!id || !timestamp || !signature) return null;
  if (id.length > MESSAGE_ID_LENGTH_MAX || !/^\d{1,12}$/.test(timestamp)) return null;
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
}

/** @returns `null` for a bad signature, a time outside five minutes, or a body that is not JSON. */
function verify(payload: string, headers: SignatureHeaders, secret: string) {
  try {
    return { json: new Webhook(secret).verify(payload, headers) };
  } catch {
    return null;
  }
}

async function readBounded(request: Request, bytesMax: number): Promise<string | null> {
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function refuse(status: number, code: string): Response {
  return Response.json({ ok: false, code }, { status });
}

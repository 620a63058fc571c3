import { createHmac, timingSafeEqual } from "node:crypto";

/** What a token says, if it is one of ours and still good. */
export type UploadClaim =
  | {
      state: "valid";
      /** The component that the file is for; empty for the app. */
      component: string;
    }
  | { state: "expired" | "invalid" };

const LENGTH_MAX = 2_000;

/**
 * Makes the token of an upload address: until when it is valid, for which component, and that we
 * said so.
 *
 * It is kept nowhere and can be used again until it expires, as on Convex.
 */
export function makeUploadToken(
  secret: string,
  { expiresMs, component }: { expiresMs: number; component: string },
  nonce: Uint8Array,
): string {
  const parts = [
    Math.trunc(expiresMs).toString(36),
    Buffer.from(nonce).toString("base64url"),
    ...(component === "" ? [] : [Buffer.from(component).toString("base64url")]),
  ];
  const claim = parts.join(".");
  return `${claim}.${signatureOf(secret, claim)}`;
}

export function readUploadToken(secret: string, token: string, nowMs: number): UploadClaim {
  if (token.length > LENGTH_MAX) return { state: "invalid" };
  const dot = token.lastIndexOf(".");
  const claim = token.slice(0, Math.max(0, dot));
  const given = Buffer.from(token.slice(dot + 1));
  const expected = Buffer.from(signatureOf(secret, claim));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { state: "invalid" };
  }
  const [expires = "", , component = ""] = claim.split(".");
  if (!(Number.parseInt(expires, 36) > nowMs)) return { state: "expired" };
  return { state: "valid", component: Buffer.from(component, "base64url").toString() };
}

function signatureOf(secret: string, claim: string): string {
  return createHmac("sha256", secret).update(`upload ${claim}`).digest("base64url");
}

import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Makes the token of an upload address: until when it is valid, and that we said so.
 *
 * It is kept nowhere and can be used again until it expires, as on Convex.
 */
export function makeUploadToken(secret: string, expiresMs: number, nonce: Uint8Array): string {
  const claim = `${Math.trunc(expiresMs).toString(36)}.${Buffer.from(nonce).toString("base64url")}`;
  return `${claim}.${signatureOf(secret, claim)}`;
}

export function checkUploadToken(
  secret: string,
  token: string,
  nowMs: number,
): "valid" | "expired" | "invalid" {
  if (token.length > 200) return "invalid";
  const dot = token.lastIndexOf(".");
  const claim = token.slice(0, Math.max(0, dot));
  const given = Buffer.from(token.slice(dot + 1));
  const expected = Buffer.from(signatureOf(secret, claim));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "invalid";
  return Number.parseInt(claim, 36) > nowMs ? "valid" : "expired";
}

function signatureOf(secret: string, claim: string): string {
  return createHmac("sha256", secret).update(`upload ${claim}`).digest("base64url");
}

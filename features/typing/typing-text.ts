import { t } from "../language/t";

/** A sign of typing counts for this long, by the server's clock. */
export const TYPING_SHOWN_MS = 3_000;
/** At most one sign of typing is sent in this time. */
export const TYPING_SEND_EVERY_MS = 300;

export type TypingSign = { userId: string; name: string; lastTypingAt: number };

/** Those who are typing now, the earliest starter's order kept by the server; never the viewer. */
export function currentTypists(
  signs: readonly TypingSign[],
  viewerId: string | null,
  serverNowMs: number,
): TypingSign[] {
  return signs.filter(
    (sign) => sign.userId !== viewerId && serverNowMs - sign.lastTypingAt < TYPING_SHOWN_MS,
  );
}

/** When the next of them stops counting, by the server's clock; `null` when nobody is typing. */
export function nextTypingExpiry(typists: readonly TypingSign[]): number | null {
  let next: number | null = null;
  for (const { lastTypingAt } of typists) {
    const expiry = lastTypingAt + TYPING_SHOWN_MS;
    if (next === null || expiry < next) next = expiry;
  }
  return next;
}

/** `Ada is typing…`, also for two and for many; empty for nobody. */
export function typingText(typists: readonly { name: string }[]): string {
  const [a, b] = typists;
  if (!a) return "";
  if (!b) return t("typing.one", { a: a.name });
  if (typists.length === 2) return t("typing.two", { a: a.name, b: b.name });
  return t("typing.many", { a: a.name, count: typists.length - 1 });
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import { type Language, readRequestLanguageBy, requestedLanguage } from "@/lib/language";

const languageOfRequest = new AsyncLocalStorage<Language>();
readRequestLanguageBy(() => languageOfRequest.getStore());

/** Answers a request in its language: whatever is rendered for it speaks that one. */
export function inRequestLanguage<T>({ headers }: IncomingMessage, answer: () => T): T {
  const language = requestedLanguage({
    cookie: headers.cookie,
    acceptLanguage: headers["accept-language"],
  });
  return languageOfRequest.run(language, answer);
}

import { createTransport } from "nodemailer";
import type { Mail } from "@/auth/embedded/mails";
import type { Log } from "./log";

const CONNECT_TIMEOUT_MS = 10_000;
const SEND_TIMEOUT_MS = 30_000;
const UNSENT_MAX = 200;

export type Mailer = { send: (mail: Mail) => Promise<void>; close: () => void };

/**
 * Hands mails to the operator's own server. `send` returns at once: how long a mail takes would tell
 * who has an account here. A mail that cannot be handed over is logged without its address or text.
 */
export function createMailer(
  { smtpUrl, from }: { smtpUrl: string; from: string },
  log: Log,
): Mailer {
  const transport = createTransport(smtpUrl, {
    from,
    // What people are called goes into texts; nothing of it may become a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...{ connectionTimeout: CONNECT_TIMEOUT_MS, greetingTimeout: CONNECT_TIMEOUT_MS },
    socketTimeout: SEND_TIMEOUT_MS,
  } as object);
  let unsent = 0;
  return {
    async send(mail) {
      if (unsent >= UNSENT_MAX) {
        log("error", "mail dropped: too many are waiting");
        return;
      }
      unsent += 1;
      transport
        .sendMail({ to: mail.to, subject: mail.subject, text: mail.text })
        .catch((error: unknown) => {
          const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
          log("error", "mail could not be sent", { code, subject: mail.subject });
        })
        .finally(() => {
          unsent -= 1;
        });
    },
    close: () => transport.close(),
  };
}

import { t } from "@/features/language/t";

/**
 * A plain text mail, in the language of the request that it answers; the sender's address is the
 * server's own.
 */
export type Mail = { to: string; subject: string; text: string };

type Recipient = { name: string; email: string };

/** Where the links of mails, and those of the operator, lead. */
export function resetLink(token: string, publicUrl: string): string {
  return `${publicUrl}/reset-password?token=${encodeURIComponent(token)}`;
}

export function invitationLink(token: string, publicUrl: string): string {
  return `${publicUrl}/sign-up?invitation=${encodeURIComponent(token)}`;
}

export function resetMail({ name, email }: Recipient, token: string, publicUrl: string): Mail {
  return write(email, t("mail.reset.subject"), [
    t("mail.hello", { name }),
    t("mail.reset.text"),
    resetLink(token, publicUrl),
    t("mail.reset.end"),
  ]);
}

export function verificationMail(
  { name, email }: Recipient,
  token: string,
  publicUrl: string,
): Mail {
  return write(email, t("mail.verify.subject"), [
    t("mail.hello", { name }),
    t("mail.verify.text"),
    `${publicUrl}/verify-email?token=${encodeURIComponent(token)}`,
    t("mail.verify.end"),
  ]);
}

export function takenAddressMail({ name, email }: Recipient, publicUrl: string): Mail {
  return write(email, t("mail.taken.subject"), [
    t("mail.hello", { name }),
    t("mail.taken.text", { url: publicUrl }),
    `${publicUrl}/sign-in`,
    t("mail.taken.end"),
  ]);
}

/** To the address that is about to be left, because whoever reads there may not be who asked. */
export function changedAddressMail(
  { name, email }: Recipient,
  newEmail: string,
  publicUrl: string,
): Mail {
  return write(email, t("mail.changed.subject"), [
    t("mail.hello", { name }),
    t("mail.changed.text", { url: publicUrl, email: newEmail }),
    t("mail.changed.end"),
  ]);
}

/** Names are what people chose; a line break in one must not become a line of ours. */
function write(to: string, subject: string, paragraphs: string[]): Mail {
  const text = paragraphs.map((paragraph) => paragraph.replace(/[\r\n]+/g, " ")).join("\n\n");
  return { to, subject: `Parley: ${subject}`, text: `${text}\n` };
}

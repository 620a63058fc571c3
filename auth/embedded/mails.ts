/** A plain text mail; the sender's address is the server's own. */
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
  return write(email, "Choose a new password", [
    `Hello ${name},`,
    "somebody, probably you, asked for a new password for Parley. This link is good for an hour:",
    resetLink(token, publicUrl),
    "If it was not you, do nothing: your password stays as it is.",
  ]);
}

export function verificationMail(
  { name, email }: Recipient,
  token: string,
  publicUrl: string,
): Mail {
  return write(email, "Confirm your e-mail address", [
    `Hello ${name},`,
    "please confirm that this address is yours. This link is good for an hour:",
    `${publicUrl}/verify-email?token=${encodeURIComponent(token)}`,
    "If you do not know why you get this mail, do nothing.",
  ]);
}

export function takenAddressMail({ name, email }: Recipient, publicUrl: string): Mail {
  return write(email, "You already have an account", [
    `Hello ${name},`,
    `somebody, probably you, tried to sign up at ${publicUrl} with this address. You already have an account there:`,
    `${publicUrl}/sign-in`,
    "If it was not you, do nothing.",
  ]);
}

/** Names are what people chose; a line break in one must not become a line of ours. */
function write(to: string, subject: string, paragraphs: string[]): Mail {
  const text = paragraphs.map((paragraph) => paragraph.replace(/[\r\n]+/g, " ")).join("\n\n");
  return { to, subject: `Parley: ${subject}`, text: `${text}\n` };
}

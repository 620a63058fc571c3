import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { cleanEmail } from "@/auth/embedded/credentials";
import { invitationLink } from "@/auth/embedded/mails";
import { type EmbeddedIdentity, openEmbeddedIdentity } from "@/auth/embedded/server";
import { type Environment, parseEnvironment } from "@/lib/env";
import { readOrMakeSecret } from "./secrets";

export const USAGE = `npm run people -- COMMAND

  list [SEARCH]            who has an account, newest first
  two-factor-off EMAIL     turns off somebody's second factor, who lost phone and codes, and ends their sessions
  reset-link EMAIL         a link by which its bearer chooses a new password, good once and for an hour
  make-owner EMAIL         gives somebody every right on this server
  suspend EMAIL            puts an account on hold and signs it out everywhere
  restore EMAIL            takes it off hold
  delete EMAIL             deletes an account for good
  invite [USES] [DAYS]     a link by which USES people sign up within DAYS; 1 and 7 if not said

Works on the data folder (PARLEY_DATA), also while Parley runs.`;

const COMMANDS = [
  "list",
  "two-factor-off",
  "reset-link",
  "make-owner",
  "suspend",
  "restore",
  "delete",
  "invite",
];
const INVITATION_USES = 1;
const INVITATION_DAYS = 7;
const DAY_MS = 86_400_000;
const LAST_OWNER = "Nobody else owns this server: make somebody else an owner first.";
/** Who did it, in the audit log. */
const OPERATOR = "operator";

/**
 * What an operator does about accounts from the command line: the way back in when no mail server is
 * configured and when the last owner has lost the password.
 *
 * @returns The text to print.
 * @throws Error with a sentence for the operator.
 */
export async function runPeopleCommand(env: Environment, args: string[]): Promise<string> {
  if (!COMMANDS.includes(args[0] ?? "")) throw new Error(USAGE);
  const parsed = parseEnvironment(env);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const { config } = parsed;
  if (config.identity.kind === "clerk") {
    throw new Error("People sign in with Clerk here: look after their accounts there.");
  }
  const dataDir = resolve(config.dataDir);
  const databasePath = join(dataDir, "identity.sqlite");
  if (!existsSync(databasePath)) {
    throw new Error(
      `There are no accounts in ${dataDir}: set PARLEY_DATA to Parley's data folder.`,
    );
  }
  if (args[0] === "invite" && config.identity.signUp === "closed") {
    throw new Error("PARLEY_SIGNUP is closed, so no invitation is taken: set it to invite.");
  }
  const identity = await openEmbeddedIdentity({
    databasePath,
    secret: readOrMakeSecret(dataDir, "identity"),
    publicUrl: config.publicUrl,
    rateLimitFactor: 1,
    sendMail: null,
    providers: [],
    // The server that runs looks for it, or the one that runs next.
    onEvent: () => undefined,
    log: () => undefined,
  });
  try {
    return await perform(identity, config.publicUrl, args);
  } finally {
    identity.close();
  }
}

async function perform(
  identity: EmbeddedIdentity,
  publicUrl: string,
  [command, ...rest]: string[],
): Promise<string> {
  const { people, invitations, auditLog } = identity;
  switch (command) {
    case "list": {
      const { people: found, total } = people.page(rest[0] ?? "", 0);
      const lines = found.map(({ email, role, name, isSuspended }) =>
        [email, role, ...(isSuspended ? ["suspended"] : []), JSON.stringify(name)].join("  "),
      );
      return [...lines, `${total} in all`].join("\n");
    }
    case "reset-link": {
      const person = findPerson(identity, rest[0]);
      auditLog.append(OPERATOR, "account.reset_link_made", person.id);
      return identity.makeResetLink(person.id, person.email);
    }
    case "two-factor-off": {
      const person = findPerson(identity, rest[0]);
      if (!(await identity.removeTwoFactor(person.id))) {
        return `${person.email} has no second factor.`;
      }
      auditLog.append(OPERATOR, "account.two_factor_removed", person.id);
      return `${person.email} signs in with the password alone now.`;
    }
    case "make-owner": {
      const person = findPerson(identity, rest[0]);
      people.setRole(person.id, "owner");
      auditLog.append(OPERATOR, "account.role_changed", person.id, "owner");
      return `${person.email} owns this server now.`;
    }
    case "suspend": {
      const person = findPerson(identity, rest[0]);
      if (person.isSuspended) return `${person.email} is on hold already.`;
      if (!(await identity.suspend(person.id))) throw new Error(LAST_OWNER);
      auditLog.append(OPERATOR, "account.suspended", person.id);
      return `${person.email} is on hold now.`;
    }
    case "restore": {
      const person = findPerson(identity, rest[0]);
      if (!person.isSuspended) return `${person.email} is not on hold.`;
      await identity.restore(person.id);
      auditLog.append(OPERATOR, "account.restored", person.id);
      return `${person.email} can sign in again.`;
    }
    case "delete": {
      const person = findPerson(identity, rest[0]);
      if (!(await identity.deletePerson(person.id))) throw new Error(LAST_OWNER);
      auditLog.append(OPERATOR, "account.deleted", person.id);
      return `The account of ${person.email} is gone.`;
    }
    case "invite": {
      const usesMax = readCount(rest[0], INVITATION_USES);
      const lifetimeMs = readCount(rest[1], INVITATION_DAYS) * DAY_MS;
      const { token, invitation } = invitations.create({
        createdBy: OPERATOR,
        usesMax,
        lifetimeMs,
      });
      auditLog.append(OPERATOR, "invitation.created", invitation.id);
      return invitationLink(token, publicUrl);
    }
    default:
      throw new Error(USAGE);
  }
}

function findPerson({ people }: EmbeddedIdentity, email: string | undefined) {
  if (email === undefined) throw new Error(USAGE);
  const person = people.findByEmail(cleanEmail(email));
  if (person === null) throw new Error(`Nobody has an account with ${cleanEmail(email)}.`);
  return person;
}

function readCount(text: string | undefined, otherwise: number): number {
  const count = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new Error("Uses and days are whole numbers from 1 to 1000.");
}

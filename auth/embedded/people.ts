import type Database from "better-sqlite3";
import { foldName, personName } from "@/shared/person-name";

/** What somebody may do on this server: an owner everything, an admin everything but to owners. */
export type ServerRole = "owner" | "admin" | "member";

export type PersonOnServer = {
  id: string;
  name: string;
  email: string;
  imageUrl: string | null;
  role: ServerRole;
  isSuspended: boolean;
  hasTwoFactor: boolean;
  /** Milliseconds. */
  createdAt: number;
  lastSessionAt: number | null;
};

export type PeoplePage = { people: PersonOnServer[]; total: number };

const PAGE_PEOPLE_MAX = 50;

/**
 * The service's people as an operator sees them. Each method is one statement, so that none of its
 * answers can be torn by two requests at once; everything else about people is the library's.
 */
export type People = ReturnType<typeof createPeople>;

export function createPeople(database: Database.Database) {
  // SQLite itself knows no case but that of ASCII.
  database.function("fold", { deterministic: true }, (text) => foldName(String(text)));
  // `IS`, because accounts from before there were roles have none.
  // Who is on hold cannot act as an owner.
  const lastOwner = `role IS 'owner' AND NOT EXISTS (
    SELECT 1 FROM user o WHERE o.role = 'owner' AND o.suspendedAt IS NULL AND o.id <> user.id)`;
  return {
    isEmpty: (): boolean => database.prepare("SELECT 1 FROM user LIMIT 1").get() === undefined,

    hasOwner: (): boolean =>
      database.prepare("SELECT 1 FROM user WHERE role = 'owner' LIMIT 1").get() !== undefined,

    /** Makes somebody the owner of a server that has none. */
    claim(userId: string): boolean {
      const { changes } = database
        .prepare(
          `UPDATE user SET role = 'owner'
           WHERE id = ? AND NOT EXISTS (SELECT 1 FROM user WHERE role = 'owner')`,
        )
        .run(userId);
      return changes === 1;
    },

    /** For a folder from before there were owners: whoever came first. */
    appointFirst(): void {
      database
        .prepare(
          `UPDATE user SET role = 'owner'
           WHERE id = (SELECT id FROM user ORDER BY createdAt, id LIMIT 1)
             AND NOT EXISTS (SELECT 1 FROM user WHERE role = 'owner')`,
        )
        .run();
    },

    find(userId: string): PersonOnServer | null {
      const row = database.prepare(`${SELECT_PERSON} WHERE u.id = ?`).get(userId);
      return row === undefined ? null : toPerson(row as PersonRow);
    },

    findByEmail(email: string): PersonOnServer | null {
      const row = database.prepare(`${SELECT_PERSON} WHERE u.email = ?`).get(email);
      return row === undefined ? null : toPerson(row as PersonRow);
    },

    isSuspended: (userId: string): boolean =>
      database
        .prepare("SELECT 1 FROM user WHERE id = ? AND suspendedAt IS NOT NULL")
        .get(userId) !== undefined,

    hasTwoFactor: (userId: string): boolean =>
      database.prepare("SELECT 1 FROM user WHERE id = ? AND twoFactorEnabled = 1").get(userId) !==
      undefined,

    /** For who lost phone and codes. @returns false when there is none. */
    removeTwoFactor: database.transaction((userId: string): boolean => {
      const { changes } = database
        .prepare("UPDATE user SET twoFactorEnabled = 0 WHERE id = ? AND twoFactorEnabled = 1")
        .run(userId);
      if (changes === 1) database.prepare("DELETE FROM twoFactor WHERE userId = ?").run(userId);
      return changes === 1;
    }),

    /** Whether without this person nobody would own the server. */
    isLastOwner: (userId: string): boolean =>
      database.prepare(`SELECT 1 FROM user WHERE id = ? AND ${lastOwner}`).get(userId) !==
      undefined,

    /** @returns false when the server would lose its last owner. */
    setRole(userId: string, role: ServerRole): boolean {
      const { changes } = database
        .prepare(`UPDATE user SET role = ? WHERE id = ? AND (? = 'owner' OR NOT (${lastOwner}))`)
        .run(role, userId, role);
      return changes === 1;
    },

    /** @returns false when nothing changed: on hold already, or the server would lose its last owner. */
    suspend(userId: string, at: Date): boolean {
      const { changes } = database
        .prepare(
          `UPDATE user SET suspendedAt = ?
           WHERE id = ? AND suspendedAt IS NULL AND NOT (${lastOwner})`,
        )
        .run(at.toISOString(), userId);
      return changes === 1;
    },

    /** Newest first, found by a part of the name or of the address. */
    page(search: string, offset: number): PeoplePage {
      const part = foldName(search.trim());
      const where = "WHERE instr(fold(u.name), ?) OR instr(u.email, ?)";
      const rows = database
        .prepare(`${SELECT_PERSON} ${where} ORDER BY u.createdAt DESC, u.id LIMIT ? OFFSET ?`)
        .all(part, part, PAGE_PEOPLE_MAX, offset) as PersonRow[];
      const counted = database
        .prepare(`SELECT count(*) AS total FROM user u ${where}`)
        .get(part, part) as { total: number };
      return { people: rows.map(toPerson), total: counted.total };
    },
  };
}

type PersonRow = {
  id: string;
  name: string;
  email: string;
  image: string | null;
  role: string | null;
  suspendedAt: string | null;
  twoFactorEnabled: number | null;
  createdAt: string;
  lastSessionAt: string | null;
};

const SELECT_PERSON = `
  SELECT u.id, u.name, u.email, u.image, u.role, u.suspendedAt, u.twoFactorEnabled, u.createdAt,
         (SELECT max(s.updatedAt) FROM session s WHERE s.userId = u.id) AS lastSessionAt
  FROM user u`;

function toPerson(row: PersonRow): PersonOnServer {
  const { id, name, email, image, role, suspendedAt, twoFactorEnabled, createdAt, lastSessionAt } =
    row;
  return {
    id,
    // Again, for accounts from before the rule for names was this one.
    name: personName(name),
    email,
    imageUrl: image,
    role: toRole(role),
    isSuspended: suspendedAt !== null,
    hasTwoFactor: twoFactorEnabled === 1,
    createdAt: Date.parse(createdAt),
    lastSessionAt: lastSessionAt === null ? null : Date.parse(lastSessionAt),
  };
}

/** Accounts from before there were roles have none. */
export function toRole(stored: unknown): ServerRole {
  return stored === "owner" || stored === "admin" ? stored : "member";
}

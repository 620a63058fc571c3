import type Database from "better-sqlite3";

/** How the library names the row of a link for a new password; its value is the person's id. */
const IS_RESET_LINK = "identifier GLOB 'reset-password:*'";

/**
 * Has a link for a new password live no longer than what it was made to replace: one link at a time,
 * and none once the password or the address has changed or the account is gone.
 *
 * In the database itself, because the library changes these in many places and gives up only the link
 * that was used; and so within the same statement, so that two links cannot both be followed.
 */
export function outdateResetLinks(database: Database.Database): void {
  const events = [
    ["Newer", "BEFORE INSERT ON verification", `NEW.${IS_RESET_LINK}`, "NEW.value"],
    [
      "Password",
      "AFTER UPDATE OF password ON account",
      "OLD.password IS NOT NEW.password",
      "NEW.userId",
    ],
    ["FirstPassword", "AFTER INSERT ON account", "NEW.password IS NOT NULL", "NEW.userId"],
    ["Address", "AFTER UPDATE OF email ON user", "OLD.email IS NOT NEW.email", "NEW.id"],
    ["Deleted", "AFTER DELETE ON user", "TRUE", "OLD.id"],
  ];
  for (const [name, event, condition, userId] of events) {
    database.exec(`CREATE TRIGGER IF NOT EXISTS resetLinks${name} ${event} WHEN ${condition}
      BEGIN DELETE FROM verification WHERE ${IS_RESET_LINK} AND value = ${userId}; END`);
  }
}

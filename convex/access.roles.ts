import type { Refusal } from "../shared/error-codes";

/** Whom the functions answer at all, by how they stand to the group of `access.scene.ts`. */
export const signedInRoles = [
  /** A valid token of somebody who has no row yet. */
  "unknown",
  "stranger",
  "member",
  "admin",
  "owner",
  "removed",
  "left",
  /** A member too; the other person of their pair has blocked them. */
  "blocked",
  /** An admin of the server, who is in no conversation here. */
  "serverAdmin",
] as const;

export type SignedInRole = (typeof signedInRoles)[number];

/** Whom every function refuses, and how. */
export const shutOut = {
  anonymous: { code: "unauthenticated" },
  expired: { code: "unauthenticated" },
  suspended: { code: "suspended" },
  deleted: { code: "unauthenticated" },
  ended: { code: "unauthenticated" },
} as const satisfies Record<string, Refusal>;

export type Role = SignedInRole | keyof typeof shutOut;

export const roles: readonly Role[] = [
  ...signedInRoles,
  ...(Object.keys(shutOut) as Array<keyof typeof shutOut>),
];

export type Outcome = "ok" | Refusal;

/** What each of those who are signed in gets. */
export type Policy = Record<SignedInRole, Outcome>;

const notFound: Refusal = { code: "not_found" };
const forbidden: Refusal = { code: "forbidden" };

export const forAll = (outcome: Outcome): Policy => ({
  unknown: outcome,
  stranger: outcome,
  member: outcome,
  admin: outcome,
  owner: outcome,
  removed: outcome,
  left: outcome,
  blocked: outcome,
  serverAdmin: outcome,
});

export const everybody = forAll("ok");
/** "Not there" and "not yours" read the same. */
export const nobody = forAll(notFound);
const groupOf = (outcome: Outcome): Policy => ({
  ...nobody,
  ...{ member: outcome, admin: outcome, owner: outcome, blocked: outcome },
});
export const members = groupOf("ok");
export const authors = members;
export const admins: Policy = { ...groupOf(forbidden), admin: "ok", owner: "ok" };
export const owners: Policy = { ...groupOf(forbidden), owner: "ok" };
export const noMember = groupOf(forbidden);
export const serverAdmins: Policy = { ...nobody, serverAdmin: "ok" };
/** Those who have a pair with the host. */
export const pairOf = (outcome: Outcome): Policy => ({
  ...nobody,
  ...{ member: outcome, blocked: outcome },
});

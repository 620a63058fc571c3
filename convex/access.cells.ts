import { refusalOf } from "../shared/error-codes";
import type { Place, PublicFunctionName, Row, Target } from "./access.matrix";
import { rows, targetAt } from "./access.matrix";
import { type Outcome, type Role, roles, shutOut } from "./access.roles";
import { type Caller, type Scene, secrets, wordsOf } from "./access.scene";

/** One question to a function: somebody asks it about something. */
export type Cell = {
  name: PublicFunctionName;
  row: Row;
  role: Role;
  place: Place;
  expected: Outcome;
};

export function cellsOf(name: PublicFunctionName, row: Row): Cell[] {
  return (Object.keys(row.on) as Place[]).flatMap((place) =>
    roles.map((role) => {
      const expected = role in shutOut ? shutOut[role as keyof typeof shutOut] : null;
      const policy = row.on[place] as Record<string, Outcome>;
      return { name, row, role, place, expected: expected ?? (policy[role] as Outcome) };
    }),
  );
}

export const cells: readonly Cell[] = rows.flatMap(([name, row]) => cellsOf(name, row));

/**
 * The cells in the order in which they can be tried: first together what changes nothing, which is
 * also everything that is refused; then what is allowed and changes something.
 */
export function inOrder(all: readonly Cell[]): { harmless: Cell[]; changing: Cell[][] } {
  const changesNothing = ({ row, expected }: Cell) => row.kind === "query" || expected !== "ok";
  const changing = all.filter((cell) => !changesNothing(cell));
  const isOnce = changing.some(({ row }) => row.isOnce);
  return {
    harmless: all.filter(changesNothing),
    changing: isOnce ? changing.map((cell) => [cell]) : [changing],
  };
}

/**
 * Tries a cell.
 *
 * @returns What is wrong with what came back; null when nothing is.
 */
export async function tryCell(cell: Cell, caller: Caller, scene: Scene): Promise<string | null> {
  const { name, row, role, place, expected } = cell;
  const args = row.args(targetAt(place, role, scene) satisfies Target);
  const outcome = await caller[row.kind](name, args).then(
    (value) => ({ value, said: "ok" as unknown, text: JSON.stringify(value ?? null) }),
    (thrown: unknown) => ({
      value: null,
      said: refusalOf(thrown) ?? String(thrown),
      text: `${thrown}`,
    }),
  );
  const faults = [
    ...(isSame(outcome.said, expected) ? [] : [`said ${JSON.stringify(outcome.said)}`]),
    ...fieldsOf(outcome.value)
      .filter((field) => !row.answers.includes(field))
      .map((field) => `answered the field ${JSON.stringify(field)}`),
    ...leaksIn(cell, outcome.text).map((leak) => `told ${JSON.stringify(leak)}`),
  ];
  if (faults.length === 0) return null;
  const wanted = JSON.stringify(expected);
  return `${name} by ${role} on ${place}, which should be ${wanted}: ${faults.join("; ")}`;
}

function isSame(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) =>
    typeof value === "object" && value !== null ? Object.entries(value).sort() : value;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Where in a value something stands: `page[].name`, and `""` for a value that has no parts. */
export function fieldsOf(value: unknown, path = ""): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [path];
  const parts = Array.isArray(value)
    ? value.map((item) => [`${path}[]`, item] as const)
    : Object.entries(value).map(
        ([key, part]) => [path === "" ? key : `${path}.${key}`, part] as const,
      );
  return [...new Set(parts.flatMap(([inner, part]) => fieldsOf(part, inner)))];
}

/** What the text tells that whoever asked may not know. */
function leaksIn({ name, role, expected }: Cell, text: string): string[] {
  const isInGroup = ["member", "admin", "owner", "blocked"].includes(role);
  const addresses = text.match(/[\w.]+@example\.org/g) ?? [];
  const isAboutOneself = name === "users:getCurrentUser" || name === "users:syncUser";
  // What was reported is shown to those who have to judge it, wherever it was said.
  const isReported = name === "reports:getReports" && role === "serverAdmin";
  // One's own words stay one's own, also in a group that one is in no more.
  const isOwnData = name === "exports:getOwnMessages";
  const wordsOfOthers = isOwnData ? text.replaceAll(wordsOf(role), "") : text;
  return [
    ...addresses.filter((address) => !isAboutOneself || address !== `${role}@example.org`),
    ...[secrets.foreign, secrets.deleted].filter((secret) => text.includes(secret)),
    ...(name !== "messages:getEdits" && text.includes(secrets.editedAway)
      ? [secrets.editedAway]
      : []),
    ...((!isInGroup || expected !== "ok") && !isReported && wordsOfOthers.includes(secrets.group)
      ? [secrets.group]
      : []),
  ];
}

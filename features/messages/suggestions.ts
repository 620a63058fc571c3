/** The beginning of a name that the caret stands behind, and where it stands in the text. */
export type Trigger = { kind: "emoji" | "mention"; query: string; from: number; to: number };

// A name begins a word; in `10:30` and in addresses no emoji and nobody is meant.
const EMOJI = /(?:^|[\s(])(:([\p{L}\p{N}_+-]{2,32}))$/u;
const MENTION = /(?:^|[\s(])(@([^\s@]{0,40}(?: [^\s@]{1,40}){0,2}))$/u;
/** Names are looked for only so far back, however long the text is. */
const LOOK_BACK_UNITS = 130;

export function findTrigger(text: string, caret: number): Trigger | null {
  const before = text.slice(Math.max(0, caret - LOOK_BACK_UNITS), caret);
  for (const [kind, pattern] of [["emoji", EMOJI] as const, ["mention", MENTION] as const]) {
    const found = pattern.exec(before);
    if (!found) continue;
    return { kind, query: found[2] ?? "", from: caret - (found[1]?.length ?? 0), to: caret };
  }
  return null;
}

/** The name that has just been closed, as in `:smile:`, with the caret behind it. */
export function findClosedName(text: string, caret: number): Trigger | null {
  if (text[caret - 1] !== ":") return null;
  const open = findTrigger(text, caret - 1);
  return open?.kind === "emoji" ? { ...open, to: caret } : null;
}

type Member = { userId: string; name: string };

/** The members one may mean: whose name, or a word of it, begins so. */
export function searchMembers<M extends Member>(
  members: readonly M[],
  query: string,
  max: number,
): M[] {
  const wanted = fold(query);
  const fits = ({ name }: Member) =>
    fold(name).startsWith(wanted) ||
    fold(name)
      .split(" ")
      .some((word) => word.startsWith(wanted));
  return members.filter((member) => member.name !== "" && fits(member)).slice(0, max);
}

/** As one compares names: without case and without marks on letters. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

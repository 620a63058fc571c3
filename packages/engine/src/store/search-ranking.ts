import type { Posting } from "./search-key.ts";

/** What a query's term has been found in. */
export interface TermPostings {
  /** The term itself, encoded; among the postings there may be longer terms that begin with it. */
  term: string;
  postings: readonly Posting[];
}

/** BM25's usual constants: how soon repetitions stop counting, how much length counts against. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
/** What only begins like the term counts for less than the term. */
const PREFIX_WEIGHT = 0.5;

/**
 * Ranks documents by BM25 over the terms of a query, the best first; of equals the newest.
 *
 * Rarity and average length are taken from what was found and not from the whole table. Then a
 * result depends on the documents that match and on nothing else, and a subscription to it need not
 * run again whenever any document comes or goes.
 *
 * @returns At most `countMax` ids.
 */
export function rankPostings(found: readonly TermPostings[], countMax: number): string[] {
  const averageLength = averageOf(found);
  const all = new Set(found.flatMap(({ postings }) => postings.map(({ id }) => id)));
  const documents = new Map<string, { id: string; creationTime: string; score: number }>();
  for (const { term, postings } of found) {
    const best = bestPerDocument(term, postings, averageLength);
    const rarity = Math.log(1 + (all.size - best.length + 0.5) / (best.length + 0.5));
    for (const { posting, weight } of best) {
      const { id, creationTime } = posting;
      const document = documents.get(id) ?? { id, creationTime, score: 0 };
      document.score += rarity * weight;
      documents.set(id, document);
    }
  }
  return [...documents.values()]
    .sort(
      (a, b) => b.score - a.score || compare(b.creationTime, a.creationTime) || compare(b.id, a.id),
    )
    .slice(0, countMax)
    .map(({ id }) => id);
}

/** A document may have several terms with the same beginning: the one that weighs most counts. */
function bestPerDocument(term: string, postings: readonly Posting[], averageLength: number) {
  const best = new Map<string, { posting: Posting; weight: number }>();
  for (const posting of postings) {
    const isExact = posting.term === term;
    const weight = weightOf(posting, averageLength) * (isExact ? 1 : PREFIX_WEIGHT);
    const other = best.get(posting.id);
    if (!other || other.weight < weight) best.set(posting.id, { posting, weight });
  }
  return [...best.values()];
}

function weightOf({ occurrences, length }: Posting, averageLength: number): number {
  const relativeLength = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * length) / averageLength;
  return (occurrences * (SATURATION + 1)) / (occurrences + SATURATION * relativeLength);
}

function averageOf(found: readonly TermPostings[]): number {
  let total = 0;
  let count = 0;
  for (const { postings } of found) {
    for (const { length } of postings) total += length;
    count += postings.length;
  }
  return count === 0 ? 1 : total / count;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

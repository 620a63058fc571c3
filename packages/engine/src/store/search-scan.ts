import { limits } from "../base/limits.ts";
import { keySuccessor } from "../values/index-key.ts";
import type { Index } from "./catalog.ts";
import {
  encodeTerm,
  encodeTermPrefix,
  matchesFilters,
  type Posting,
  readPosting,
} from "./search-key.ts";
import { rankPostings, type TermPostings } from "./search-ranking.ts";
import type { StoredDocument } from "./stored-document.ts";
import type { Transaction } from "./transaction.ts";

const KEYS_PER_STEP = 256;
const KEYS_PER_JUMP = 4;

/** A full-text search: any of the terms, and all of the filters. */
export interface SearchRequest {
  index: Index;
  /** Without repetition; the last one stands for every term that begins with it. */
  terms: readonly string[];
  /** For each filter field the digest of the wanted value, or null for any. */
  filters: ReadonlyArray<string | null>;
  /** Whether a document really has the wanted values: digests may coincide. */
  accepts: (document: StoredDocument) => boolean;
}

/**
 * Walks the documents that a search finds, best first.
 *
 * Everything is ranked at the first step. What counts as read are the ranges of the terms, each
 * under the filter values that come first in the key: a document that matches changes them, and
 * whatever changes none of them cannot change the result.
 */
export class SearchScan {
  readonly #transaction: Transaction;
  readonly #request: SearchRequest;
  #found: string[] | null = null;
  #position: number;

  /** @param position How many of the best to pass over. */
  constructor(transaction: Transaction, request: SearchRequest, position = 0) {
    this.#transaction = transaction;
    this.#request = request;
    this.#position = position;
  }

  /** How many have been handed out or passed over. */
  get position(): number {
    return this.#position;
  }

  /** @throws Error in Convex's words when more is wanted than a search gives. */
  next(): StoredDocument | null {
    this.#found ??= this.#search();
    for (;;) {
      if (this.#position >= limits.searchResultsMax) {
        throw new Error(
          `Search query scanned too many documents (fetched ${limits.searchResultsMax}). Consider using a smaller limit, paginating the query, or using a filter field to limit the number of documents pulled from the search index.`,
        );
      }
      const id = this.#found[this.#position];
      if (id === undefined) return null;
      this.#position++;
      const document = this.#transaction.reread(this.#request.index.table, id);
      if (document && this.#request.accepts(document)) {
        this.#transaction.countRead(document);
        return document;
      }
    }
  }

  close(): void {
    // What has been read counts as read from the first step on.
  }

  #search(): string[] {
    const { terms } = this.#request;
    if (terms.length === 0) return [];
    const keysMax = Math.floor(limits.searchKeysReadMax / (terms.length + 1));
    const found = terms.map((term, place): TermPostings => {
      const postings = this.#readTerm(term, keysMax);
      if (place === terms.length - 1) postings.push(...this.#readLongerTerms(term, keysMax));
      return { term: encodeTerm(term), postings };
    });
    return rankPostings(found, limits.searchResultsMax);
  }

  #readTerm(term: string, keysMax: number): Posting[] {
    const start = encodeTerm(term) + leading(this.#request.filters);
    return this.#walk(start, keySuccessor(start)!, keysMax);
  }

  /** What is found by terms that begin with this one and go on. */
  #readLongerTerms(term: string, keysMax: number): Posting[] {
    const end = keySuccessor(encodeTermPrefix(term))!;
    return this.#walk(keySuccessor(encodeTerm(term))!, end, keysMax);
  }

  /**
   * Reads a range backwards: of each term the newest documents come first. Over several terms, where
   * filters are wanted, most keys are other people's: from a key that does not fit the walk jumps to
   * the next that may.
   *
   * @param keysMax After so many keys the rest is left unread.
   */
  #walk(start: string, end: string, keysMax: number): Posting[] {
    const { index, filters } = this.#request;
    const fitting = leading(filters);
    const postings: Posting[] = [];
    this.#transaction.countRange();
    this.#transaction.readSet.addRange(index.number, start, end);
    let to = end;
    let step = fitting === "" ? KEYS_PER_STEP : KEYS_PER_JUMP;
    for (let left = keysMax; left > 0 && start < to; left -= step) {
      const entries = this.#transaction.scanKeys(index, start, to, "desc", step);
      const read = entries.map(({ key }) => readPosting(key, filters.length));
      for (const posting of read) {
        if (matchesFilters(posting.filters, filters)) postings.push(posting);
      }
      const last = read.at(-1);
      if (!last || entries.length < step) break;
      const here = last.filters.slice(0, fitting.length);
      if (here === fitting) to = entries.at(-1)!.key;
      else if (here > fitting) to = keySuccessor(last.term + fitting)!;
      else to = last.term;
      step = here === fitting ? KEYS_PER_STEP : KEYS_PER_JUMP;
    }
    return postings;
  }
}

/** The wanted filter values up to the first field that may have any: what a key range can hold. */
function leading(filters: ReadonlyArray<string | null>): string {
  const free = filters.indexOf(null);
  return filters.slice(0, free < 0 ? filters.length : free).join("");
}

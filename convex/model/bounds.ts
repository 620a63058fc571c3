import type { PaginationOptions } from "convex/server";
import type { FieldName } from "../../shared/field-names";
import { bulkIdsMax, conversationIdMaxUnits, pageItemsMax } from "../../shared/limits";
import { refuse } from "./refuse";

/** The caller's page, never larger than the promised maximum and never smaller than one item. */
export function boundedPage(options: PaginationOptions): PaginationOptions {
  return { ...options, numItems: boundedItems(options.numItems) };
}

/** How many items a call gets that asks for so many: at least one, never more than the maximum. */
export function boundedItems(asked: number): number {
  const whole = Number.isFinite(asked) ? Math.floor(asked) : 1;
  return Math.min(Math.max(whole, 1), pageItemsMax);
}

/**
 * The ids of a bulk call, each once, in the order given.
 *
 * @throws ConvexError `too_many`; `too_long` for what is longer than any id.
 */
export function distinctIds<Id extends string>(
  ids: Id[],
  field: FieldName,
  max: number = bulkIdsMax,
): Id[] {
  if (ids.length > max) refuse("too_many", { field, max });
  if (ids.some((id) => id.length > conversationIdMaxUnits)) {
    refuse("too_long", { field, max: conversationIdMaxUnits });
  }
  return [...new Set(ids)];
}

export function boundedText(text: string, field: FieldName, max: number): string {
  if (text.length > max) refuse("too_long", { field, max });
  return text;
}

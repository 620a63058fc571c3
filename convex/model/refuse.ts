import { ConvexError } from "convex/values";
import type { ErrorCode, RefusalFacts } from "../../shared/error-codes";

/** Ends the call with an expected refusal; everything it wrote is undone. */
export function refuse(code: ErrorCode, facts: RefusalFacts = {}): never {
  throw new ConvexError({ code, ...facts });
}

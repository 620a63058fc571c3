import { v } from "convex/values";
import { internalMutation } from "./_generated/server";
import { applyIdentityEvent, identityEvent } from "./model/identityEvents";

/** Applies one identity event; false when it was not newer than what is stored. */
export const apply = internalMutation({
  args: { event: identityEvent },
  returns: v.boolean(),
  handler: async (ctx, { event }) => await applyIdentityEvent(ctx, event),
});

import { v } from "convex/values";
import { languageTagMaxUnits } from "../shared/limits";
import { mutation, query } from "./_generated/server";
import { requireUserId } from "./model/access";
import { boundedText } from "./model/bounds";
import { erasePresence } from "./model/presence";
import { changeSettings, settingFields, settings, settingsOf } from "./model/settings";

/** The caller's own choices; what was never chosen is as for everybody. */
export const getSettings = query({
  args: {},
  returns: settings,
  handler: async (ctx) => await settingsOf(ctx, await requireUserId(ctx)),
});

/**
 * Changes some of the caller's choices and answers all of them. What is no longer shared is taken back
 * at once: what presence was known of the caller goes, and read marks stop where they are. Typing is
 * over by itself within seconds.
 *
 * @throws ConvexError `too_long` for the language.
 */
export const updateSettings = mutation({
  args: {
    sharesLastSeen: v.optional(settingFields.sharesLastSeen),
    sharesTyping: v.optional(settingFields.sharesTyping),
    sharesReceipts: v.optional(settingFields.sharesReceipts),
    language: v.optional(settingFields.language),
    theme: v.optional(settingFields.theme),
    textSize: v.optional(settingFields.textSize),
    enterSends: v.optional(settingFields.enterSends),
  },
  returns: settings,
  handler: async (ctx, change) => {
    const userId = await requireUserId(ctx);
    if (change.language !== undefined) {
      boundedText(change.language, "language", languageTagMaxUnits);
    }
    const changed = await changeSettings(ctx, userId, change);
    if (change.sharesLastSeen === false) await erasePresence(ctx, userId);
    return changed;
  },
});

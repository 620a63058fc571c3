import { actionGeneric, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const store = actionGeneric({
  args: { text: v.string() },
  handler: async (ctx, { text }) => ctx.storage.store(new Blob([text], { type: "text/plain" })),
});

export const read = actionGeneric({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => (await (await ctx.storage.get(id))?.text()) ?? null,
});

export const row = queryGeneric({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => ctx.db.system.get(id),
});

export const url = queryGeneric({
  args: { id: v.id("_storage") },
  handler: async (ctx, { id }) => ctx.storage.getUrl(id),
});

export const uploadUrl = mutationGeneric({
  args: {},
  handler: async (ctx) => ctx.storage.generateUploadUrl(),
});

export const remove = mutationGeneric({
  args: { id: v.id("_storage"), thenFail: v.boolean() },
  handler: async (ctx, { id, thenFail }) => {
    await ctx.storage.delete(id);
    if (thenFail) throw new Error("rolled back");
  },
});

import { actionGeneric, anyApi, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

const { vectors } = anyApi as { vectors: Record<string, never> };

export const add = mutationGeneric({
  args: {
    rows: v.array(
      v.object({
        name: v.string(),
        kind: v.optional(v.string()),
        embedding: v.optional(v.array(v.float64())),
      }),
    ),
  },
  handler: async (ctx, { rows }) => {
    for (const row of rows) await ctx.db.insert("vectors", row);
  },
});

export const nameOf = queryGeneric({
  args: { id: v.id("vectors") },
  handler: async (ctx, { id }) => (await ctx.db.get(id))?.name as string,
});

/** Names and scores of what is found, with any of the kinds if there are some. */
export const search = actionGeneric({
  args: {
    vector: v.array(v.float64()),
    limit: v.optional(v.number()),
    kinds: v.optional(v.array(v.string())),
    index: v.optional(v.string()),
    filterField: v.optional(v.string()),
  },
  handler: async (ctx, { vector, limit, kinds, index = "by_embedding", filterField = "kind" }) => {
    const found = await ctx.vectorSearch("vectors", index, {
      vector,
      ...(limit === undefined ? {} : { limit }),
      ...(kinds && {
        // biome-ignore lint/suspicious/noExplicitAny: the data model is not known here
        filter: (q: any) => q.or(...kinds.map((kind) => q.eq(filterField, kind))),
      }),
    });
    const named = [];
    for (const { _id, _score } of found) {
      const name = await ctx.runQuery(vectors.nameOf as never, { id: _id } as never);
      named.push({ name, score: Math.round(_score * 1000) / 1000 });
    }
    return named;
  },
});

/** How many fit exactly, in a search that is not awaited before another exact one is written. */
export const searchWhileWriting = actionGeneric({
  args: { vector: v.array(v.float64()) },
  handler: async (ctx, { vector }) => {
    const searching = ctx.vectorSearch("vectors", "by_embedding", { vector, limit: 256 });
    await ctx.runMutation(
      vectors.add as never,
      {
        rows: [{ name: "late", embedding: vector }],
      } as never,
    );
    return (await searching).filter(({ _score }) => _score === 1).length;
  },
});

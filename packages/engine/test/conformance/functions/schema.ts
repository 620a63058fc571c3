import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({
    name: v.string(),
    n: v.optional(v.any()),
    tag: v.optional(v.string()),
    place: v.optional(v.object({ floor: v.number(), door: v.optional(v.string()) })),
  })
    .index("by_name", ["name"])
    .index("by_n", ["n"])
    .index("by_tag_n", ["tag", "n"])
    .index("by_floor", ["place.floor"])
    .searchIndex("by_words", { searchField: "name", filterFields: ["tag"] }),
  vectors: defineTable({
    name: v.string(),
    kind: v.optional(v.string()),
    embedding: v.optional(v.array(v.float64())),
  }).vectorIndex("by_embedding", {
    vectorField: "embedding",
    dimensions: 3,
    filterFields: ["kind", "name"],
  }),
  people: defineTable({ name: v.string(), friend: v.optional(v.id("people")) }),
  typed: defineTable(
    v.union(
      v.object({ kind: v.literal("text"), text: v.string() }),
      v.object({ kind: v.literal("count"), count: v.int64(), bytes: v.optional(v.bytes()) }),
      v.object({
        kind: v.literal("deep"),
        list: v.array(v.union(v.number(), v.null())),
        flag: v.boolean(),
      }),
    ),
  ),
});

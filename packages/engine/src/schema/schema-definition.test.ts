import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import { EMPTY_SCHEMA, parseSchema } from "./schema-definition.ts";

/** A real schema's export, changed by one detail. */
function exported(change: (tables: Record<string, unknown>[]) => void = () => {}): string {
  const schema = defineSchema({
    messages: defineTable({ body: v.string(), author: v.optional(v.id("users")) })
      .index("by_author", ["author", "body"])
      .index("by_body", { fields: ["body"], staged: true })
      .searchIndex("search_body", { searchField: "body", filterFields: ["author"] }),
    things: defineTable(v.union(v.object({ a: v.null() }), v.object({ b: v.null() }))),
  });
  const json = JSON.parse((schema as unknown as { export(): string }).export());
  change(json.tables);
  return JSON.stringify(json);
}

describe("parseSchema", () => {
  test("[SC1] reads what the library exports", () => {
    const schema = parseSchema(exported());
    expect(schema.schemaValidation).toBe(true);
    expect([...schema.tables.keys()]).toEqual(["messages", "things"]);
    expect(schema.tables.get("messages")).toEqual({
      name: "messages",
      indexes: [
        { name: "by_author", fields: ["author", "body"], staged: false },
        { name: "by_body", fields: ["body"], staged: true },
      ],
      searchIndexes: [
        { name: "search_body", searchField: "body", filterFields: ["author"], staged: false },
      ],
      vectorIndexes: [],
      documentType: {
        type: "object",
        value: {
          body: { fieldType: { type: "string" }, optional: false },
          author: { fieldType: { type: "id", tableName: "users" }, optional: true },
        },
      },
    });
    expect(schema.tables.get("things")?.documentType?.type).toBe("union");
  });

  test("[SC2] validation can be switched off, and there may be no schema", () => {
    const schema = defineSchema({}, { schemaValidation: false });
    const text = (schema as unknown as { export(): string }).export();
    expect(parseSchema(text).schemaValidation).toBe(false);
    expect(EMPTY_SCHEMA.tables.size).toBe(0);
  });

  const index = (name: string, fields: unknown[]) => ({ indexDescriptor: name, fields });
  test.each<[string, (table: Record<string, unknown>) => void, string]>([
    ["a table name with a dash", (t) => (t.tableName = "a-b"), 'Table name "a-b" is invalid'],
    ["a reserved table name", (t) => (t.tableName = "_users"), "underscore"],
    ["a table twice", (t) => (t.tableName = "things"), 'Table "things" is defined twice'],
    ["an index without fields", (t) => (t.indexes = [index("i", [])]), "at least one field"],
    ["a field twice", (t) => (t.indexes = [index("i", ["a", "a"])]), 'the field "a" twice'],
    ["a broken path", (t) => (t.indexes = [index("i", ["a..b"])]), 'invalid field path "a..b"'],
    ["a system field", (t) => (t.indexes = [index("i", ["a", "_creationTime"])]), "system field"],
    ["the engine's own index", (t) => (t.indexes = [index("by_id", ["a"])]), "reserved"],
    [
      "an index twice",
      (t) => (t.indexes = [index("i", ["a"]), index("i", ["b"])]),
      'Index "messages.i" is defined twice',
    ],
    [
      "too many fields",
      (t) =>
        (t.indexes = [
          index(
            "i",
            Array.from({ length: 17 }, (_, n) => `f${n}`),
          ),
        ]),
      "more than 16 fields",
    ],
    [
      "a document that is a string",
      (t) => (t.documentType = { type: "string" }),
      "object or a union",
    ],
    ["an unknown validator", (t) => (t.documentType = { type: "regex" }), 'validator type "regex"'],
  ])("[SC3] refuses %s", (_name, change, message) => {
    expect(() => parseSchema(exported((tables) => change(tables[0]!)))).toThrow(message);
  });

  test("[SC4] something else than a schema is refused in a sentence", () => {
    expect(() => parseSchema("{}")).toThrow("must be made by `defineSchema`");
    expect(() => parseSchema("null")).toThrow("must be made by `defineSchema`");
  });
});

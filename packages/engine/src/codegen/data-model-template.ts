import { header } from "./header.ts";

const WHAT = "Types of the tables and documents.";

/** Types that follow `schema.ts`. */
export function dataModelTypes(): string {
  return `${header(WHAT)}import type {
  DataModelFromSchemaDefinition,
  DocumentByName,
  SystemTableNames,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import type schema from "../schema.js";

/** The name of any table. */
export type TableNames = TableNamesInDataModel<DataModel>;

/** A document of a table as it is stored, with \`_id\` and \`_creationTime\`. */
export type Doc<TableName extends TableNames> = DocumentByName<
  DataModel,
  TableName
>;

/** The id of a document of a table: a string that the type checker keeps apart from others. */
export type Id<TableName extends TableNames | SystemTableNames> =
  GenericId<TableName>;

/** Every table with its documents and indexes. */
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
`;
}

/** Types for a folder without a schema: every table is there, with any document. */
export function untypedDataModelTypes(): string {
  return `${header(`${WHAT} This folder has no schema.ts, so they permit everything.`)}import type { AnyDataModel } from "convex/server";
import type { GenericId } from "convex/values";

/** The name of any table. */
export type TableNames = string;

/** A document of any table. */
export type Doc<TableName extends TableNames = TableNames> = any;

/** The id of a document of a table: a string that the type checker keeps apart from others. */
export type Id<TableName extends TableNames = TableNames> =
  GenericId<TableName>;

/** Every table with its documents and indexes. */
export type DataModel = AnyDataModel;
`;
}

/* eslint-disable */
/**
 * Types of the tables and documents.
 *
 * Generated from the files of this folder by `parley-engine codegen`; changes here are lost.
 * @module
 */

import type {
  DataModelFromSchemaDefinition,
  DocumentByName,
  SystemTableNames,
  TableNamesInDataModel,
} from "convex/server";
import type { GenericId } from "convex/values";
import type schema from "../schema.js";

/** The name of any table. */
export type TableNames = TableNamesInDataModel<DataModel>;

/** A document of a table as it is stored, with `_id` and `_creationTime`. */
export type Doc<TableName extends TableNames> = DocumentByName<
  DataModel,
  TableName
>;

/** The id of a document of a table: a string that the type checker keeps apart from others. */
export type Id<TableName extends TableNames | SystemTableNames> =
  GenericId<TableName>;

/** Every table with its documents and indexes. */
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;

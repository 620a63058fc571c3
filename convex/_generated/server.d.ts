/* eslint-disable */
/**
 * What functions are made with: the builders, typed by the tables of this folder.
 *
 * Generated from the files of this folder by `parley-engine codegen`; changes here are lost.
 * @module
 */

import type {
  ActionBuilder,
  GenericActionCtx,
  GenericDatabaseReader,
  GenericDatabaseWriter,
  GenericMutationCtx,
  GenericQueryCtx,
  HttpActionBuilder,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
import type { DataModel } from "./dataModel.js";

/** Defines a query that clients may call. It reads, and is run again when that changes. */
export declare const query: QueryBuilder<DataModel, "public">;

/** Defines a query that only other functions may call. */
export declare const internalQuery: QueryBuilder<DataModel, "internal">;

/** Defines a mutation that clients may call. It reads and writes in one transaction. */
export declare const mutation: MutationBuilder<DataModel, "public">;

/** Defines a mutation that only other functions may call. */
export declare const internalMutation: MutationBuilder<DataModel, "internal">;

/** Defines an action that clients may call. It may talk to the world, and calls others. */
export declare const action: ActionBuilder<DataModel, "public">;

/** Defines an action that only other functions may call. */
export declare const internalAction: ActionBuilder<DataModel, "internal">;

/** Defines what answers an HTTP request; `http.ts` says which one. */
export declare const httpAction: HttpActionBuilder;

/** The environment variables that every deployment has; others are in `process.env`. */
type Env = {
  readonly CONVEX_CLOUD_URL: string;
  readonly CONVEX_SITE_URL: string;
};
export declare const env: Env;

/** What a query is given as its first argument. */
export type QueryCtx = GenericQueryCtx<DataModel>;

/** What a mutation is given as its first argument. */
export type MutationCtx = GenericMutationCtx<DataModel>;

/** What an action is given as its first argument. */
export type ActionCtx = GenericActionCtx<DataModel>;

/** The database as queries see it. */
export type DatabaseReader = GenericDatabaseReader<DataModel>;

/** The database as mutations see it. */
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;

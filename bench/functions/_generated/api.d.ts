/* eslint-disable */
/**
 * References to the functions of this folder.
 *
 * Generated from the files of this folder by `parley-engine codegen`; changes here are lost.
 * @module
 */

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import type * as growth from "../growth.js";
import type * as rooms from "../rooms.js";

declare const fullApi: ApiFromModules<{
  growth: typeof growth;
  rooms: typeof rooms;
}>;

/** The public functions, which clients may call: `api.module.function`. */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/** The internal functions, which only other functions may call. */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

/** This folder uses no components. */
export declare const components: {};

/* eslint-disable */
/**
 * References to the functions of this folder.
 *
 * Generated from the files of this folder by `parley-engine codegen`; changes here are lost.
 * @module
 */

import { anyApi, componentsGeneric } from "convex/server";

export const api = anyApi;
export const internal = anyApi;
export const components = componentsGeneric();

/* eslint-disable */
/**
 * What functions are made with: the builders, typed by the tables of this folder.
 *
 * Generated from the files of this folder by `parley-engine codegen`; changes here are lost.
 * @module
 */

import {
  queryGeneric,
  internalQueryGeneric,
  mutationGeneric,
  internalMutationGeneric,
  actionGeneric,
  internalActionGeneric,
  httpActionGeneric,
} from "convex/server";

export const query = queryGeneric;
export const internalQuery = internalQueryGeneric;
export const mutation = mutationGeneric;
export const internalMutation = internalMutationGeneric;
export const action = actionGeneric;
export const internalAction = internalActionGeneric;
export const httpAction = httpActionGeneric;

export const env = process.env;

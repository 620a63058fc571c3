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
import type * as conversations from "../conversations.js";
import type * as crons from "../crons.js";
import type * as exports from "../exports.js";
import type * as groups from "../groups.js";
import type * as http from "../http.js";
import type * as identityEvents from "../identityEvents.js";
import type * as identityEventsHttp from "../identityEventsHttp.js";
import type * as messages from "../messages.js";
import type * as model_access from "../model/access.js";
import type * as model_accountLocks from "../model/accountLocks.js";
import type * as model_blocks from "../model/blocks.js";
import type * as model_bounds from "../model/bounds.js";
import type * as model_conversationChoices from "../model/conversationChoices.js";
import type * as model_conversationList from "../model/conversationList.js";
import type * as model_conversations from "../model/conversations.js";
import type * as model_gatedQuery from "../model/gatedQuery.js";
import type * as model_identityEvents from "../model/identityEvents.js";
import type * as model_memberships from "../model/memberships.js";
import type * as model_messageSearch from "../model/messageSearch.js";
import type * as model_messages from "../model/messages.js";
import type * as model_presence from "../model/presence.js";
import type * as model_rateLimits from "../model/rateLimits.js";
import type * as model_readMarks from "../model/readMarks.js";
import type * as model_refuse from "../model/refuse.js";
import type * as model_reports from "../model/reports.js";
import type * as model_searchFill from "../model/searchFill.js";
import type * as model_settings from "../model/settings.js";
import type * as model_storedParts from "../model/storedParts.js";
import type * as model_typing from "../model/typing.js";
import type * as model_unread from "../model/unread.js";
import type * as model_userSearch from "../model/userSearch.js";
import type * as model_users from "../model/users.js";
import type * as reports from "../reports.js";
import type * as search from "../search.js";
import type * as settings from "../settings.js";
import type * as typingStates from "../typingStates.js";
import type * as users from "../users.js";

declare const fullApi: ApiFromModules<{
  conversations: typeof conversations;
  crons: typeof crons;
  exports: typeof exports;
  groups: typeof groups;
  http: typeof http;
  identityEvents: typeof identityEvents;
  identityEventsHttp: typeof identityEventsHttp;
  messages: typeof messages;
  "model/access": typeof model_access;
  "model/accountLocks": typeof model_accountLocks;
  "model/blocks": typeof model_blocks;
  "model/bounds": typeof model_bounds;
  "model/conversationChoices": typeof model_conversationChoices;
  "model/conversationList": typeof model_conversationList;
  "model/conversations": typeof model_conversations;
  "model/gatedQuery": typeof model_gatedQuery;
  "model/identityEvents": typeof model_identityEvents;
  "model/memberships": typeof model_memberships;
  "model/messageSearch": typeof model_messageSearch;
  "model/messages": typeof model_messages;
  "model/presence": typeof model_presence;
  "model/rateLimits": typeof model_rateLimits;
  "model/readMarks": typeof model_readMarks;
  "model/refuse": typeof model_refuse;
  "model/reports": typeof model_reports;
  "model/searchFill": typeof model_searchFill;
  "model/settings": typeof model_settings;
  "model/storedParts": typeof model_storedParts;
  "model/typing": typeof model_typing;
  "model/unread": typeof model_unread;
  "model/userSearch": typeof model_userSearch;
  "model/users": typeof model_users;
  reports: typeof reports;
  search: typeof search;
  settings: typeof settings;
  typingStates: typeof typingStates;
  users: typeof users;
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

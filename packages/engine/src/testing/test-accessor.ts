import {
  actionGeneric,
  type FunctionReference,
  getFunctionName,
  mutationGeneric,
  queryGeneric,
  type UserIdentity,
} from "convex/server";
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import type { Caller } from "../identity/caller.ts";
import { canonicalFunctionPath } from "../protocol/function-path.ts";
import type { FunctionResult } from "../runtime/outcome.ts";
import type { FunctionCall } from "../runtime/run-transaction.ts";
import type { JSONObject } from "../values/json.ts";
import { finishScheduled } from "./finish-scheduled.ts";
import { guardGlobals } from "./function-globals.ts";
import { type Modules, nextTurn, type TestEngine } from "./start-engine.ts";
import { testToken } from "./test-token.ts";

type Kind = "query" | "mutation" | "action";
// biome-ignore lint/suspicious/noExplicitAny: of either visibility; the types are in the door
type Called = FunctionReference<any, any> | ((ctx: any) => Promise<unknown>);

interface Where {
  ip: string | null;
  userAgent: string | null;
}

const TEST_ISSUER = "https://convex.test";
const REGISTER = { query: queryGeneric, mutation: mutationGeneric, action: actionGeneric };

/** What `convexTest` gives, for one caller; `withIdentity` makes another over the same engine. */
export function createAccessor(
  started: () => Promise<TestEngine>,
  inline: Modules,
  caller: Caller,
  where: Where,
) {
  const originOf = () => ({ requestId: `test-request-${requests++}`, ...where });

  const callFunction = async (kind: Kind, path: string, args: JSONObject): Promise<unknown> => {
    const { core, requireLoaded } = await started();
    requireLoaded(path);
    guardGlobals();
    const call: FunctionCall = { path, args, caller, allowsInternal: true, origin: originOf() };
    switch (kind) {
      case "query":
        return unwrap((await core.runtime.runQuery(call)).result);
      case "mutation":
        return unwrap((await core.runtime.runMutation(call)).result);
      case "action":
        return unwrap(await core.runtime.runAction(call));
      default:
        return kind satisfies never;
    }
  };

  const run = async (kind: Kind, called: Called, args: unknown = {}): Promise<unknown> => {
    if (typeof called !== "function") {
      const path = canonicalFunctionPath(getFunctionName(called));
      return callFunction(kind, path, encodeArguments(args));
    }
    const name = `inline${inlineFunctions++}`;
    inline.set(name, { run: REGISTER[kind]({ handler: called }) });
    try {
      return await callFunction(kind, `${name}:run`, {});
    } finally {
      inline.delete(name);
    }
  };

  return {
    query: (query: Called, args?: unknown) => run("query", query, args),
    mutation: (mutation: Called, args?: unknown) => run("mutation", mutation, args),
    action: (action: Called, args?: unknown) => run("action", action, args),
    run: (code: Called) => run("mutation", code),
    fetch: async (path: string, init?: RequestInit) => {
      if (!path.startsWith("/")) {
        throw new Error("Path given to `t.fetch` must start with a `/`");
      }
      const { core, requireLoaded } = await started();
      requireLoaded("http:default");
      guardGlobals();
      const request = new Request(new URL(path, "https://convex.test.site"), init);
      return core.runtime.runHttpAction(request, caller, originOf());
    },
    withIdentity: (identity: Partial<UserIdentity>) =>
      createAccessor(started, inline, callerOf(identity), where),
    withRequestMetadata: ({ ip, userAgent }: Partial<Where>) =>
      createAccessor(started, inline, caller, { ip: ip ?? null, userAgent: userAgent ?? null }),
    finishInProgressScheduledFunctions: async () => (await started()).core.scheduler.whenQuiet(),
    finishAllScheduledFunctions: async (advanceTimers: () => void, iterationsMax = 100) => {
      guardGlobals();
      const { scheduler } = (await started()).core;
      await finishScheduled(scheduler, advanceTimers, nextTurn, iterationsMax);
    },
  };
}

let requests = 0;
let inlineFunctions = 0;

function encodeArguments(args: unknown): JSONObject {
  const encoded = convexToJson(args as Value);
  if (typeof encoded !== "object" || encoded === null || Array.isArray(encoded)) {
    throw new Error(
      `The arguments to a Convex function must be an object. Received: ${String(args)}`,
    );
  }
  return encoded as JSONObject;
}

function callerOf(given: Partial<UserIdentity>): Caller {
  const subject = given.subject ?? hashOf(JSON.stringify(given));
  const issuer = given.issuer ?? TEST_ISSUER;
  const tokenIdentifier = given.tokenIdentifier ?? `${issuer}|${subject}`;
  const identity = { ...given, subject, issuer, tokenIdentifier } as JSONObject;
  const expiresAtMs = Number.POSITIVE_INFINITY;
  const token = testToken(identity);
  return { kind: "user", identity: { identity, tokenIdentifier, expiresAtMs, token } };
}

function hashOf(text: string): string {
  let hash = 0;
  for (let place = 0; place < text.length; place++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(place)) | 0;
  }
  return String(hash);
}

/** The value, or the very thing that the function threw: its class is the test's to look at. */
function unwrap(result: FunctionResult): unknown {
  if (result.ok) return jsonToConvex(JSON.parse(result.valueJson));
  const { thrown } = result;
  if (result.errorDataJson !== undefined && typeof thrown === "object" && thrown !== null) {
    // The library has made text of the data on its way out of the function.
    (thrown as { data: unknown }).data = jsonToConvex(JSON.parse(result.errorDataJson));
  }
  throw thrown;
}

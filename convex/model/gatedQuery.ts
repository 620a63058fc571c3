import type { RegisteredQuery } from "convex/server";
import {
  type GenericId,
  type GenericValidator,
  type Infer,
  type ObjectType,
  type PropertyValidators,
  type Validator,
  v,
} from "convex/values";
import { internalQuery, type QueryCtx, query } from "../_generated/server";
import { requireMember, requireMessage, requireUserId } from "./access";
import { findBlock } from "./blocks";
import { distinctIds } from "./bounds";
import { refuse } from "./refuse";

/**
 * A public query in two parts: a gate, which asks who is calling, and an answer that is the same for
 * everybody who is let in, because it cannot ask.
 *
 * On Convex that is one query like any other. Our engine knows the two parts (`parts`): it runs the
 * gate for each caller, again only when what the gate has read changes, and the answer once for all of
 * them. One message then costs one run however many people are looking.
 */

/** What an answer may depend on: not on the caller. */
export type ReadCtx = Pick<QueryCtx, "db">;

type Gate<Args extends PropertyValidators> = {
  check: (ctx: QueryCtx, args: ObjectType<Args>) => Promise<unknown>;
  part: unknown;
};

/** Lets in whoever is signed in. */
export const signedIn = makeGate({}, (ctx) => requireUserId(ctx));

/** Lets in whom none of the people asked about has blocked. */
export const notBlocked = makeGate({ userIds: v.array(v.string()) }, async (ctx, { userIds }) => {
  const callerId = await requireUserId(ctx);
  for (const userId of distinctIds(userIds, "userIds")) {
    if ((await findBlock(ctx, userId, callerId)) !== null) refuse("not_found");
  }
});

/** Lets in the members of the conversation. */
export const memberOf = makeGate({ conversationId: v.string() }, (ctx, { conversationId }) =>
  requireMember(ctx, conversationId),
);

/** Lets in the members of the message's conversation. */
export const memberOfMessage = makeGate({ messageId: v.id("messages") }, (ctx, { messageId }) =>
  requireMessage(ctx, messageId as GenericId<"messages">),
);

export function gatedQuery<
  GateArgs extends PropertyValidators,
  Args extends GateArgs,
  Answer extends Validator<unknown, "required", string>,
>(
  gate: Gate<GateArgs>,
  answer: {
    args: Args;
    returns: Answer;
    handler: (ctx: ReadCtx, args: ObjectType<Args>) => Promise<Infer<Answer>>;
  },
): RegisteredQuery<"public", ObjectType<Args>, Promise<Infer<Answer>>> {
  // What the builders check of these types was checked above; a generic one they cannot see through.
  const args: PropertyValidators = answer.args;
  const returns: GenericValidator = answer.returns;
  const handler = (ctx: QueryCtx, given: object) =>
    answer.handler({ db: ctx.db }, given as ObjectType<Args>);
  const whole = query({
    args,
    returns,
    handler: async (ctx, given) => {
      await gate.check(ctx, given as ObjectType<GateArgs>);
      return await handler(ctx, given);
    },
  });
  const shared = internalQuery({ args, returns, handler });
  return Object.assign(whole, { parts: { gate: gate.part, shared } }) as unknown as RegisteredQuery<
    "public",
    ObjectType<Args>,
    Promise<Infer<Answer>>
  >;
}

function makeGate<Args extends PropertyValidators>(
  args: Args,
  check: Gate<Args>["check"],
): Gate<Args> {
  const part = internalQuery({
    args: args as PropertyValidators,
    returns: v.null(),
    handler: async (ctx, given) => {
      await check(ctx, given as ObjectType<Args>);
      return null;
    },
  });
  return { check, part };
}

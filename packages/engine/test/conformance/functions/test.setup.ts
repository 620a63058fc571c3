import { convexTest } from "convex-test";
import schema from "./schema.ts";

const modules = {
  ...import.meta.glob(["./**/*.ts", "!./**/*.*.ts"]),
  "./_generated/api.js": async () => ({}),
};

/** A back end of its own: on the engine or on stock convex-test, as the runner says. */
export function startBackEnd(transactionLimits?: Record<string, number> | boolean) {
  return convexTest({
    schema,
    modules,
    ...(transactionLimits === undefined ? {} : { transactionLimits }),
  });
}

export type BackEnd = ReturnType<typeof startBackEnd>;

/** How a promise ended, as something to compare: its value, or what was thrown as text. */
export async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    const { message, data } = error as { message?: string; data?: unknown };
    return data === undefined ? `thrown: ${message ?? String(error)}` : { thrown: data };
  }
}

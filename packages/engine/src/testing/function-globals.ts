import { createFunctionGlobals } from "../runtime/function-globals.ts";
import { currentInvocation } from "../runtime/invocation.ts";
import { testEnvironment } from "./start-engine.ts";

/** What means something else in queries and mutations than everywhere. */
const GUARDED = ["Date", "fetch", "setTimeout", "setInterval"] as const;

const forTransactions = createFunctionGlobals(testEnvironment, {});
const ours = new WeakSet<() => unknown>();

/**
 * Gives queries and mutations the globals that they have when they are deployed, although a test
 * runner loads them without our bundler. Everybody else, the test too, sees what was there before,
 * be it a fake or a mock; called before every call of a function, since tests put such in place.
 */
export function guardGlobals(): void {
  for (const name of GUARDED) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (!descriptor?.configurable || (descriptor.get && ours.has(descriptor.get))) continue;
    let held: unknown = globalThis[name];
    let heldByTransactions: unknown = forTransactions[name];
    const get = () => (isInTransaction() ? heldByTransactions : held);
    ours.add(get);
    Object.defineProperty(globalThis, name, {
      get,
      // A runner that prints a console line swaps timers and puts back what it found, also from within
      // a function: that must not become everybody's.
      set: (value: unknown) => {
        if (isInTransaction()) heldByTransactions = value;
        else held = value;
      },
      configurable: true,
      enumerable: descriptor.enumerable ?? false,
    });
  }
}

function isInTransaction(): boolean {
  const invocation = currentInvocation();
  return invocation !== null && !invocation.isAction;
}

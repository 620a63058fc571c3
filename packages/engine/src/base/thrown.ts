import { types } from "node:util";

/** What stands for something that runs, or breaks, when it is looked at. */
export const UNREADABLE = "something that cannot be shown was thrown";

/**
 * What a function threw, as something whose class may be asked for: a proxy, or an object that
 * descends from one, would run the function's code for that, outside of any call, and is replaced.
 * Properties may still be getters that throw; whoever reads them has to expect that.
 */
export function tameThrown(thrown: unknown): unknown {
  if ((typeof thrown !== "object" && typeof thrown !== "function") || thrown === null) {
    return thrown;
  }
  for (let link: unknown = thrown; link !== null; link = Object.getPrototypeOf(link)) {
    if (types.isProxy(link)) return new Error(UNREADABLE);
  }
  return thrown;
}

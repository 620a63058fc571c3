import type { ReadSet } from "../store/read-set.ts";

/** How a function ended, as its caller is told. */
export type FunctionResult =
  | { ok: true; valueJson: string; logLines: string[] }
  | {
      ok: false;
      /** With the request id in front, as clients show it. */
      errorMessage: string;
      /** By which the failure is found in logs; absent for a call that was not run. */
      requestId?: string;
      /** Present exactly when the function threw a ConvexError: its data as encoded JSON text. */
      errorDataJson?: string;
      /** It was given up, which says nothing about the data. */
      isGivenUp?: true;
      logLines: string[];
      /** The very thing, for who runs the engine in the same process; never sent anywhere. */
      thrown?: unknown;
    };

/** A query's result together with what it depends on. */
export interface QueryOutcome {
  result: FunctionResult;
  readSet: ReadSet;
  /** False: any caller would have been given the same. */
  usedIdentity: boolean;
  journal: string | null;
}

/** A mutation's result once it is durable; `ts` is its commit's. */
export interface MutationOutcome {
  result: FunctionResult;
  ts: bigint;
}

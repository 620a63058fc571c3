import type { StoredDocument } from "../store/stored-document.ts";
import { currentInvocation } from "./invocation.ts";
import type { SerializedQuery } from "./query-plan.ts";

/** As much of the stock library as this needs, from the copy that the functions use. */
export interface ConvexLibrary {
  queryGeneric(definition: { handler: (ctx: unknown) => unknown }): unknown;
  jsonToConvex(json: unknown): unknown;
}

/** A query of the library that is not iterated yet. Source: convex 1.48 `server/impl/query_impl.ts`. */
interface LibraryQuery {
  state: { type: string; query?: SerializedQuery };
  collect(): Promise<unknown[]>;
}

const SHORTENED = Symbol.for("parley.engine.whole-reads");

/**
 * Lets `collect`, and with it `take`, `first` and `unique`, read all documents in one call.
 *
 * The library asks for documents one at a time: for each a call, a text, a promise and a copy, three
 * quarters of the time of a function that reads. In the same process one call can give them all.
 * What is read and in which order is the same, and a library that does not look as expected is left
 * as it is.
 */
export async function readWhole(library: ConvexLibrary): Promise<void> {
  const query = await exampleQuery(library);
  if (query?.state?.type !== "preparing" || !query.state.query?.source) return;
  const prototype = Object.getPrototypeOf(query) as LibraryQuery & { [SHORTENED]?: true };
  if (prototype[SHORTENED]) return;
  const oneByOne = prototype.collect;
  prototype.collect = function collect(this: LibraryQuery): Promise<unknown[]> {
    const { type, query: serialized } = this.state;
    const invocation = currentInvocation();
    if (type !== "preparing" || !serialized || !invocation?.readAll) return oneByOne.call(this);
    this.state = { type: "consumed" };
    try {
      const documents = invocation.readAll(serialized);
      return Promise.resolve(documents.map((document) => toValue(document, library)));
    } catch (error) {
      return Promise.reject(error);
    }
  };
  prototype[SHORTENED] = true;
}

/** A value of the function's own, which it may change. */
function toValue({ json }: StoredDocument, library: ConvexLibrary): unknown {
  const value: unknown = JSON.parse(json);
  // Only what JSON has no word for is written as an object with a `$` name.
  return json.includes('"$') ? library.jsonToConvex(value) : value;
}

/** The library gives its query class to nobody but functions. */
async function exampleQuery(library: ConvexLibrary): Promise<LibraryQuery | null> {
  let found: LibraryQuery | null = null;
  const registered = library.queryGeneric({
    handler: (ctx) => {
      const { db } = ctx as { db: { query(table: string): { fullTableScan?(): LibraryQuery } } };
      found = db.query("example").fullTableScan?.() ?? null;
      return null;
    },
  }) as { invokeQuery?(args: string): Promise<string> };
  await registered.invokeQuery?.("[{}]");
  return found;
}

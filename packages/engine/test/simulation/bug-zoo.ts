import { ReadSet } from "../../src/store/read-set.ts";
import { Transaction } from "../../src/store/transaction.ts";
import { mutations } from "./model-app.ts";
import type { Bug } from "./server.ts";

/** Puts another method in an object's place; of a class, for as long as it takes to undo it. */
function replace<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  make: (original: T[K]) => T[K],
): void {
  Object.defineProperty(owner, name, {
    value: make(owner[name]),
    configurable: true,
    writable: true,
  });
}

/** A wrong engine, and for bugs in classes a way to put the class wrong and right again. */
export interface ZooBug extends Bug {
  around?: () => () => void;
}

function inClass<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (original: T[K]) => T[K],
): () => () => void {
  return () => {
    const original = prototype[name];
    replace(prototype, name, make);
    return () => replace(prototype, name, () => original);
  };
}

/**
 * Engines that are wrong on purpose, one mistake each; whoever trusts the simulation wants to see
 * that it finds them. None of it can reach the product: the mistakes are put in from outside.
 */
export const BUGS: ZooBug[] = [
  {
    name: "appends are answered before they are synced",
    disk: (disk) => {
      disk.syncsAppends = false;
    },
  },
  {
    name: "queries are shown what is not durable yet",
    core: ({ store }) => {
      Object.defineProperty(store, "durableTs", { get: () => store.headTs, set: () => {} });
    },
  },
  {
    name: "mutations of one group do not see each other",
    core: ({ store }) => {
      Object.defineProperty(store, "headTs", { get: () => store.durableTs, set: () => {} });
    },
  },
  {
    name: "requests are not recognised when they are repeated",
    core: ({ store }) => replace(store, "findRequest", () => () => null),
  },
  {
    name: "a request is recognised by its number alone",
    core: ({ store }) => {
      replace(
        store,
        "findRequest",
        (find) => (_session, request) => find.call(store, "all", request),
      );
      replace(store, "rememberRequest", (remember) => (record) => {
        remember.call(store, { ...record, sessionId: "all" });
      });
    },
  },
  {
    name: "point reads are missing from the read set",
    around: inClass(ReadSet.prototype, "addPoint", () => () => {}),
  },
  {
    name: "ranges are missing from the read set",
    around: inClass(ReadSet.prototype, "addRange", () => () => {}),
  },
  {
    name: "a refused nested mutation keeps its writes",
    around: inClass(Transaction.prototype, "rollBack", () => () => {}),
  },
  {
    name: "one invalidation in eight is lost",
    core: ({ refreshQueries }, chance) => {
      replace(refreshQueries, "noteChanges", (note) => (changes) => {
        if (!chance.oneIn(8)) note.call(refreshQueries, changes);
      });
    },
  },
  {
    name: "one transition in thirty is skipped",
    transport: (transport) => {
      let sent = 0;
      return {
        ...transport,
        send: (frame, onSent, isFollowed) => {
          if (String(frame).includes('"Transition"') && ++sent % 30 === 0) onSent?.();
          else transport.send(frame, onSent, isFollowed);
        },
      };
    },
  },
  {
    name: "a slow reader is never told that there is room again",
    transport: (transport) => ({ ...transport, send: (frame) => transport.send(frame) }),
  },
  {
    name: "queries keep the answers of who was signed in before",
    core: ({ watchedQueries }) => replace(watchedQueries, "changeCaller", () => () => false),
  },
  {
    name: "the scheduler is not told of new jobs",
    core: ({ scheduler }) => replace(scheduler, "noteCommits", () => () => {}),
  },
  {
    name: "a room's counter does not count what is removed",
    handlers: {
      removeOldest: (ctx, args) =>
        mutations.removeOldest!(
          {
            ...ctx,
            db: {
              ...ctx.db,
              patch: async (id, value) => ("next" in value ? ctx.db.patch(id, value) : undefined),
            },
          },
          args,
        ),
    },
  },
  {
    name: "a mutation answers with something else than it did",
    handlers: {
      send: async (ctx, args) => {
        const seq = await mutations.send!(ctx, args);
        return typeof seq === "number" ? seq + 1 : seq;
      },
    },
  },
];

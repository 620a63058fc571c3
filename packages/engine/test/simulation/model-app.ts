/** A document as functions see it. */
export type Row = Record<string, unknown> & { _id: string; _creationTime: number };

export interface Bounds {
  gt?: unknown;
  gte?: unknown;
  lt?: unknown;
  lte?: unknown;
}

/** What the functions below may do: so little that a naive store can do it too. */
export interface ModelDb {
  get(id: string): Promise<Row | null>;
  insert(table: string, value: Record<string, unknown>): Promise<string>;
  patch(id: string, value: Record<string, unknown>): Promise<void>;
  delete(id: string): Promise<void>;
  /** Rows of an index: equal in its first fields, then bounded in the next. */
  range(
    table: string,
    index: string,
    equal: readonly unknown[],
    bounds?: Bounds,
    order?: "asc" | "desc",
    limit?: number,
  ): Promise<Row[]>;
}

export interface ModelContext {
  db: ModelDb;
  /** Who asks; null for nobody. */
  user(): Promise<string | null>;
  runAfter(delayMs: number, name: string, args: Args): Promise<void>;
  /** Another mutation as part of this one; its failure takes its own writes back. */
  runMutation(name: string, args: Args): Promise<unknown>;
  /** Puts down what was read, so that both ways of running can be compared. */
  see<T>(read: T): T;
}

/** `token` names one call of one mutation, also when it is repeated or run again. */
export type Args = Record<string, unknown> & { token?: string };
export type Handler = (ctx: ModelContext, args: Args) => Promise<unknown>;

/** The tables with their indexes. */
export const TABLES: Record<string, Record<string, string[]>> = {
  rooms: { by_name: ["name"] },
  messages: { by_room: ["room", "seq"], by_author: ["author"], by_score: ["score"] },
  accounts: { by_name: ["name"] },
  claims: { by_name: ["name"] },
  doctors: { by_duty: ["onDuty"], by_name: ["name"] },
  effects: { by_token: ["token"] },
};

export const ROOMS = ["a", "b", "c"];
export const ACCOUNTS = ["x", "y", "z"];
export const DOCTORS = ["d1", "d2", "d3"];
/** So that runs do not slow down as they go on. */
const ROOM_MESSAGES_MAX = 12;
export const BALANCE_TOTAL = 300;

const one = async (ctx: ModelContext, table: string, index: string, value: unknown) =>
  ctx.see(await ctx.db.range(table, index, [value], {}, "asc", 1))[0] ?? null;

/**
 * Mutations whose mistakes show: sums that must stay, counters beside what they count, names given
 * once, two rows of which one must stand, and rows that depend on a range being empty.
 */
export const mutations: Record<string, Handler> = {
  seed: async ({ db }) => {
    for (const name of ACCOUNTS) {
      await db.insert("accounts", { name, balance: BALANCE_TOTAL / ACCOUNTS.length });
    }
    for (const name of DOCTORS) await db.insert("doctors", { name, onDuty: true });
    return null;
  },
  send: async (ctx, { room: name, body, token }) => {
    let room = await one(ctx, "rooms", "by_name", name);
    if (!room) {
      const id = await ctx.db.insert("rooms", { name, count: 0, next: 0 });
      room = ctx.see(await ctx.db.get(id))!;
    }
    const seq = room.next as number;
    await ctx.db.insert("messages", {
      room: room._id,
      author: (await ctx.user()) ?? "nobody",
      body,
      seq,
      score: 0,
      token,
    });
    let count = (room.count as number) + 1;
    if (count > ROOM_MESSAGES_MAX) {
      const [first] = ctx.see(await ctx.db.range("messages", "by_room", [room._id], {}, "asc", 1));
      await ctx.db.delete(first!._id);
      count--;
    }
    await ctx.db.patch(room._id, { count, next: seq + 1 });
    return seq;
  },
  edit: async (ctx, { room: name, body }) => {
    const room = await one(ctx, "rooms", "by_name", name);
    if (!room) return null;
    const [last] = ctx.see(await ctx.db.range("messages", "by_room", [room._id], {}, "desc", 1));
    if (!last) return null;
    await ctx.db.patch(last._id, { body, score: (last.score as number) + 1 });
    return last._id;
  },
  removeOldest: async (ctx, { room: name }) => {
    const room = await one(ctx, "rooms", "by_name", name);
    if (!room) return null;
    const [first] = ctx.see(await ctx.db.range("messages", "by_room", [room._id], {}, "asc", 1));
    if (!first) return null;
    await ctx.db.delete(first._id);
    await ctx.db.patch(room._id, { count: (room.count as number) - 1 });
    return first.seq;
  },
  transfer: async (ctx, { from, to, amount }) => {
    const source = (await one(ctx, "accounts", "by_name", from))!;
    const balance = (source.balance as number) - (amount as number);
    await ctx.db.patch(source._id, { balance });
    // Checked after the write, so that the refusal has something to take back.
    if (balance < 0) throw new Error("Insufficient");
    const target = (await one(ctx, "accounts", "by_name", to))!;
    await ctx.db.patch(target._id, { balance: (target.balance as number) + (amount as number) });
    return balance;
  },
  claim: async (ctx, { name }) => {
    const owner = await one(ctx, "claims", "by_name", name);
    if (owner) return owner.by;
    await ctx.db.insert("claims", { name, by: await ctx.user() });
    return null;
  },
  unclaim: async (ctx, { name }) => {
    const claim = await one(ctx, "claims", "by_name", name);
    if (claim) await ctx.db.delete(claim._id);
    return claim !== null;
  },
  leaveDuty: async (ctx, { name }) => {
    const onDuty = ctx.see(await ctx.db.range("doctors", "by_duty", [true]));
    const self = onDuty.find((doctor) => doctor.name === name);
    if (!self || onDuty.length < 2) return false;
    await ctx.db.patch(self._id, { onDuty: false });
    return true;
  },
  takeDuty: async (ctx, { name }) => {
    const self = (await one(ctx, "doctors", "by_name", name))!;
    await ctx.db.patch(self._id, { onDuty: true });
    return null;
  },
  onlyRead: async (ctx, { room: name }) => {
    const room = await one(ctx, "rooms", "by_name", name);
    return room?.count ?? null;
  },
  failAfterWriting: async (ctx, { token }) => {
    await ctx.db.insert("effects", { token, kind: "never" });
    throw new Error("Refused");
  },
  nested: async (ctx, { token, room }) => {
    const caught = await ctx
      .runMutation("failAfterWriting", { token: `${token}/refused` })
      .catch(() => "caught");
    const seq = await ctx.runMutation("send", { token: `${token}/sent`, room, body: "nested" });
    return [caught, seq];
  },
  schedule: async (ctx, { delayMs, token }) => {
    await ctx.runAfter(delayMs as number, "leaveEffect", { token: `${token}/job` });
    return null;
  },
  scheduleAndFail: async (ctx, { token }) => {
    await ctx.runAfter(10, "leaveEffect", { token: `${token}/job` });
    throw new Error("Refused");
  },
  leaveEffect: async (ctx, { token }) => {
    await ctx.db.insert("effects", { token, kind: "job" });
    return null;
  },
};

/** Which mutations only the scheduler calls. */
export const JOBS = ["leaveEffect"];

export const queries: Record<string, Handler> = {
  room: async ({ db }, { room: name }) => {
    const [room] = await db.range("rooms", "by_name", [name]);
    if (!room) return null;
    const last = await db.range("messages", "by_room", [room._id], {}, "desc", 5);
    return { count: room.count, last: last.map(({ _id, body, seq }) => [_id, body, seq]) };
  },
  roomRows: async ({ db }, { room: name }) => {
    const [room] = await db.range("rooms", "by_name", [name]);
    return room ? db.range("messages", "by_room", [room._id]) : [];
  },
  window: async ({ db }, { room: name, from, to }) => {
    const [room] = await db.range("rooms", "by_name", [name]);
    if (!room) return [];
    const rows = await db.range("messages", "by_room", [room._id], { gte: from, lt: to });
    return rows.map(({ seq, body }) => [seq, body]);
  },
  message: async ({ db }, { id }) => db.get(id as string),
  top: async ({ db }) => {
    const rows = await db.range("messages", "by_score", [], {}, "desc", 3);
    return rows.map(({ _id, score }) => [_id, score]);
  },
  above: async ({ db }, { least }) => {
    const rows = await db.range("messages", "by_score", [], { gt: least });
    return rows.length;
  },
  balance: async ({ db }, { name }) => {
    const [account] = await db.range("accounts", "by_name", [name]);
    return account?.balance ?? null;
  },
  total: async ({ db }) => {
    let total = 0;
    for (const { balance } of await db.range("accounts", "by_name", [])) total += Number(balance);
    return total;
  },
  owner: async ({ db }, { name }) => {
    const [claim] = await db.range("claims", "by_name", [name]);
    return claim?.by ?? null;
  },
  onDuty: async ({ db }) => (await db.range("doctors", "by_duty", [true])).length,
  mine: async (ctx) => {
    const user = await ctx.user();
    if (user === null) return null;
    const rows = await ctx.db.range("messages", "by_author", [user], {}, "desc", 3);
    return [user, ...rows.map(({ body }) => body)];
  },
  failing: async ({ db }) => {
    const onDuty = await db.range("doctors", "by_duty", [true]);
    if (onDuty.length < 2) throw new Error("Understaffed");
    return onDuty.length;
  },
};

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "./_generated/api";
import { type BackEnd, join, type Person, refusal, startBackEnd } from "./test.setup";

const start = Date.UTC(2026, 10, 22, 12);

describe("presence", () => {
  let backEnd: BackEnd;
  let ada: Person;
  let bob: Person;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    backEnd = startBackEnd();
    ada = await join(backEnd, "ada");
    bob = await join(backEnd, "bob");
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const seen = async () => await bob.query(api.users.getPresence, { userIds: ["ada"] });
  const beat = (tabId?: string) => ada.mutation(api.users.sendHeartbeat, { tabId });
  const leave = (tabId?: string) => ada.mutation(api.users.endPresence, { tabId });
  const rows = async () => await backEnd.run(async (ctx) => ctx.db.query("presence").collect());

  it("is never and gone for somebody who was never seen", async () => {
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: 0, isGone: true }]);
  });

  it("is the latest heartbeat of any tab until the last tab leaves", async () => {
    await beat("one");
    vi.setSystemTime(start + 10_000);
    await beat("two");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start + 10_000, isGone: false }]);
    vi.setSystemTime(start + 12_000);
    await leave("two");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start, isGone: false }]);
    await leave("one");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start + 12_000, isGone: true }]);
    vi.setSystemTime(start + 13_000);
    await beat("one");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start + 13_000, isGone: false }]);
  });

  it("ends for every tab at once when no tab is named", async () => {
    await beat("one");
    await beat("two");
    vi.setSystemTime(start + 1000);
    await leave();
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start + 1000, isGone: true }]);
    expect(await rows()).toHaveLength(1);
  });

  it("is not held up by a tab that was killed long ago", async () => {
    await beat("killed");
    vi.setSystemTime(start + 91_000);
    await beat("closed");
    await leave("closed");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start + 91_000, isGone: true }]);
    expect(await rows()).toHaveLength(1);
  });

  it("stays where it is when an unknown tab leaves, or a tab leaves twice", async () => {
    await beat("one");
    await leave("two");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start, isGone: false }]);
    await leave("one");
    vi.setSystemTime(start + 5000);
    await leave("one");
    expect(await seen()).toEqual([{ userId: "ada", lastSeen: start, isGone: true }]);
  });

  it("keeps a bounded number of rows, however many tabs there are", async () => {
    for (let tab = 0; tab < 30; tab += 1) await beat(`tab${tab}`);
    expect(await rows()).toHaveLength(20);
  });

  it("refuses a tab name that is too long", async () => {
    await beat("x".repeat(64));
    const refused = { code: "too_long", field: "tabId", max: 64 };
    expect(await refusal(beat("x".repeat(65)))).toEqual(refused);
    expect(await refusal(leave("x".repeat(65)))).toEqual(refused);
    expect(await rows()).toHaveLength(1);
  });
});

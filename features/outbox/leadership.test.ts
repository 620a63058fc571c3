import { expect, it } from "vitest";
import { seekLeadership } from "./leadership";

/** Node has no locks of the web; this is one lock with the same promises. */
function openLocks() {
  type Waiter = { run: () => Promise<void>; fail: (error: unknown) => void };
  const line: Waiter[] = [];
  let holder: Waiter | null = null;
  const next = () => {
    const waiter = holder === null ? line.shift() : undefined;
    if (!waiter) return;
    holder = waiter;
    waiter.run().then(() => {
      if (holder !== waiter) return;
      holder = null;
      next();
    });
  };
  const request = (_: string, options: LockOptions, hold: () => unknown) =>
    new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        run: async () => {
          await hold();
          resolve();
        },
        fail: reject,
      };
      options.signal?.addEventListener("abort", () => {
        if (holder === waiter) return;
        line.splice(line.indexOf(waiter), 1);
        reject(new DOMException("", "AbortError"));
      });
      if (options.steal) {
        holder?.fail(new DOMException("", "AbortError"));
        holder = null;
        line.unshift(waiter);
      } else line.push(waiter);
      next();
    });
  return { request } as never;
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function openTabs() {
  const locks = openLocks();
  const leaders: string[] = [];
  const open = (name: string) =>
    seekLeadership("lead", locks, () => {
      leaders.push(name);
      return () => leaders.splice(leaders.indexOf(name), 1);
    });
  return { leaders, open };
}

it("lets one lead, and the next when that one goes", async () => {
  const { leaders, open } = openTabs();
  const a = open("a");
  const b = open("b");
  const c = open("c");
  await turns();
  expect(leaders).toEqual(["a"]);
  b.stop();
  a.stop();
  await turns();
  expect(leaders).toEqual(["c"]);
  c.stop();
  await turns();
  expect(leaders).toEqual([]);
});

it("can be taken over from one that is stuck, which then waits in line", async () => {
  const { leaders, open } = openTabs();
  open("a");
  const b = open("b");
  await turns();
  b.takeOver();
  await turns();
  expect(leaders).toEqual(["b"]);
  b.takeOver();
  b.stop();
  await turns();
  expect(leaders).toEqual(["a"]);
});

it("lets everybody lead where there are no locks", () => {
  const leaders: string[] = [];
  const tabs = ["a", "b"].map((name) =>
    seekLeadership("lead", undefined, () => {
      leaders.push(name);
      return () => leaders.splice(leaders.indexOf(name), 1);
    }),
  );
  expect(leaders).toEqual(["a", "b"]);
  tabs[0]?.takeOver();
  tabs[0]?.stop();
  expect(leaders).toEqual(["b"]);
});

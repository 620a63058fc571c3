import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cells, inOrder, tryCell } from "@/convex/access.cells";
import { rows, targetAt } from "@/convex/access.matrix";
import { roles } from "@/convex/access.roles";
import { type Caller, endedSessionId, type Scene, setScene } from "@/convex/access.scene";
import { findFunctions } from "@/convex/test.setup";
import { refusalOf } from "@/shared/error-codes";
import { type EngineRig, openEngineRig } from "./test/engine-rig";

/** [Z1] The access matrix over what clients really speak, with tokens that are really checked. */

const TRANSPORTS = ["socket", "http"] as const;
type Transport = (typeof TRANSPORTS)[number];

let rig: EngineRig;
let absentMessage: string;
beforeAll(async () => {
  // A message of another deployment is a well-formed id of nothing in this one.
  const other = await openEngineRig();
  absentMessage = await sendSomething(other);
  await other.close();
  rig = await openEngineRig();
}, 60_000);
afterAll(() => rig.close());

describe.each(TRANSPORTS)("over the %s", (transport) => {
  test("[Z1] everybody gets what the matrix says", { timeout: 120_000 }, async () => {
    const stage = await openStage(transport);
    const { harmless, changing } = inOrder(cells);
    const faults: Array<string | null> = [];
    const before = await rig.latestChange();
    for (const cell of harmless) faults.push(await tryCell(cell, stage.as(cell.role), stage.scene));
    expect(await rig.latestChange()).toBe(before);
    for (const [name, row] of rows) {
      const own = changing.flat().filter((cell) => cell.name === name);
      const groups = row.isOnce ? own.map((cell) => [cell]) : [own];
      for (const group of groups) {
        if (group.length === 0) continue;
        const fresh = await openStage(transport);
        for (const cell of group) {
          faults.push(await tryCell(cell, fresh.as(cell.role), fresh.scene));
        }
        await fresh.close();
      }
    }
    await stage.close();
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
    process.stdout.write(`access matrix over the ${transport}: ${faults.length} cells\n`);
  });
});

describe.each(TRANSPORTS)("what is internal, over the %s", (transport) => {
  test("[Z1] is not there, for nobody", async () => {
    const stage = await openStage(transport);
    const internals = await findFunctions("isInternal");
    expect(internals.map(({ path }) => path)).toContain("identityEvents:apply");
    const before = await rig.latestChange();
    for (const role of roles) {
      const { query, mutation } = stage.as(role);
      for (const { path } of internals) {
        for (const call of [query, mutation]) {
          const answer = await call(path, {}).then(
            (value) => `answered ${JSON.stringify(value)}`,
            (thrown: unknown) => String(thrown),
          );
          expect([role, path, answer]).toEqual([role, path, expect.stringMatching(NOT_THERE)]);
        }
      }
    }
    expect(await rig.latestChange()).toBe(before);
    await stage.close();
  });
});

describe("an id that is swapped for another", () => {
  test("[Z2] is refused whatever it is, in words that tell nothing, and nothing happens", async () => {
    const stage = await openStage("http");
    const { own, group, ofHost } = stage.scene;
    const real = own.member ?? "";
    const guesses = Array.from(real, (letter, at) => {
      const other = letter === "x" ? "y" : "x";
      return real.slice(0, at) + other + real.slice(at + 1);
    });
    const shapes = ["", "x", group, stage.scene.idOf("host"), "../messages", real.slice(0, -1)];
    const swapped = [...shapes, ...guesses, `${real}${ofHost}`, "k".repeat(2_000)];
    const before = await rig.latestChange();
    let tries = 0;
    for (const [name, row] of rows) {
      if (!("absentMessage" in row.on)) continue;
      for (const messageId of swapped) {
        const args = row.args({ ...targetAt("absentMessage", "admin", stage.scene), messageId });
        const answer = await stage
          .as("admin")
          [row.kind](name, args)
          .then(
            (value) => JSON.stringify(value ?? null),
            (thrown: unknown) => refusalOf(thrown)?.code ?? String(thrown).slice(0, 80),
          );
        tries += 1;
        const isSame = /^not_found$|ArgumentValidationError|Server Error/.test(answer);
        expect([name, messageId, answer, isSame]).toEqual([name, messageId, answer, true]);
      }
    }
    expect(await rig.latestChange()).toBe(before);
    expect(tries).toBeGreaterThan(200);
    await stage.close();
  });
});

describe("the other addresses of the engine", () => {
  const guarded: Array<[method: string, path: string, body: string | null, statuses: number[]]> = [
    ["POST", "/http/identity-events", '{"type":"user.deleted"}', [401]],
    ["POST", "/api/update_environment_variables", '{"changes":[]}', [403, 401]],
    ["POST", "/api/storage/upload", "a file", [401]],
    ["POST", "/api/storage/upload?token=a.guess", "a file", [401]],
    ["GET", "/api/storage/11111111-2222-4333-8444-555555555555", null, [404]],
    ["HEAD", "/api/storage/11111111-2222-4333-8444-555555555555", null, [404]],
    ["GET", "/api/storage/..%2F..%2Fengine.sqlite", null, [400]],
    ["GET", "/api/storage/", null, [400]],
    ["DELETE", "/api/storage/11111111-2222-4333-8444-555555555555", null, [405]],
    ["POST", "/api/deploy2/start_push", "{}", [404]],
    ["GET", "/api/export", null, [404]],
    ["GET", "/http/anything", null, [404]],
  ];

  test("[Z1] do nothing for anybody who has no key", async () => {
    const tokens = await Promise.all(roles.map((role) => tokenOf(role, role)));
    const before = await rig.latestChange();
    for (const token of tokens) {
      for (const [method, path, body, statuses] of guarded) {
        const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
        const answer = await fetch(rig.url + path, { method, body, headers });
        await answer.arrayBuffer();
        expect([path, statuses]).toEqual([path, expect.arrayContaining([answer.status])]);
      }
    }
    expect(await rig.latestChange()).toBe(before);
  });

  test("[Z1] of functions are the ones that are guarded above", async () => {
    const { default: router } = await import("@/convex/http");
    const routes = router.getRoutes().map(([path, method]) => `${method} /http${path}`);
    expect(guarded.map(([method, path]) => `${method} ${path}`)).toEqual(
      expect.arrayContaining(routes),
    );
  });
});

test("[Z6] nothing of what people write is in the log, nor who they are", async () => {
  const stage = await openStage("http");
  await expect(stage.as("expired").query("users:getCurrentUser", {})).rejects.toThrow();
  await stage.close();
  expect(rig.logged.join("\n")).toContain("`exp`");
  expect(rig.logged.filter((line) => /example\.org|only (for|before)|eyJ/.test(line))).toEqual([]);
});

const BAD_TOKEN = /InvalidAuthHeader.*Could not verify the token: the claim `exp` is in the past/;
const NOT_THERE = new RegExp(`Could not find public function|${BAD_TOKEN.source}`);

type Staged = { as: (name: string) => Caller; scene: Scene; close: () => Promise<void> };
let scenes = 0;

async function openStage(transport: Transport): Promise<Staged> {
  const number = scenes++;
  const idOf = (name: string) => `${name} of scene ${number}`;
  const callers = new Map<string, Caller & { close: () => Promise<void> }>();
  const names = [...roles, "host", "guest"];
  for (const name of names) {
    callers.set(name, connect(transport, name, await tokenOf(name, idOf(name))));
  }
  const as = (name: string) => callers.get(name) ?? expect.fail(`${name} is not in the scene`);
  const { tell } = rig;
  const scene = await setScene({ idOf, as, tell, absentMessage: async () => absentMessage });
  return {
    as,
    scene,
    close: async () => {
      for (const caller of callers.values()) await caller.close();
    },
  };
}

async function tokenOf(name: string, subject: string): Promise<string | null> {
  if (name === "anonymous") return null;
  const sid = name === "ended" ? endedSessionId : "a session";
  const lifetimeSeconds = name === "expired" ? -60 : 3_600;
  const role = name === "serverAdmin" ? "admin" : "member";
  return rig.sign({ subject, name, sid, role, lifetimeSeconds });
}

function connect(transport: Transport, name: string, token: string | null) {
  const client = transport === "http" ? rig.http(token) : rig.socket(token);
  const caller: Caller = {
    query: async (path, args) => await client.query(makeFunctionReference<"query">(path), args),
    mutation: async (path, args) =>
      await client.mutation(makeFunctionReference<"mutation">(path), args),
  };
  const isRefusedWhole = transport === "http" && name === "expired";
  return {
    ...(isRefusedWhole
      ? { query: unheard(caller.query), mutation: unheard(caller.mutation) }
      : caller),
    close: async () => {
      if ("close" in client) await client.close();
    },
  };
}

/** Over HTTP a bad token is refused with the whole request, before any function could. */
function unheard(call: Caller["query"]): Caller["query"] {
  return async (path, args) => {
    const answer = await call(path, args).catch((thrown: unknown) => String(thrown));
    if (typeof answer !== "string" || !BAD_TOKEN.test(answer)) return answer;
    throw Object.assign(new Error(answer), { data: { code: "unauthenticated" } });
  };
}

async function sendSomething(other: EngineRig): Promise<string> {
  const client = other.http(await other.sign({ subject: "somebody" }));
  const mutate = (path: string, args: Record<string, unknown>) =>
    client.mutation(makeFunctionReference<"mutation">(path), args);
  await mutate("users:syncUser", {});
  await other
    .http(await other.sign({ subject: "other" }))
    .mutation(makeFunctionReference<"mutation">("users:syncUser"), {});
  const group = { groupName: "Elsewhere", participantIds: ["other"] };
  const conversationId = await mutate("conversations:createGroup", group);
  return await mutate("messages:sendMessage", { conversationId, content: "Hello" });
}

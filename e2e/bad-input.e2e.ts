import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { ParleyClient } from "./rig/api";
import { composer, message, openConversationWith, send, tick } from "./rig/screen";
import { openStage, type Person, type Stage, tokenOf } from "./rig/stage";

const CONTENT_MAX_UNITS = 4_000;
const HUGE_BYTES = 20 * 1024 * 1024;

let stage: Stage;
let ada: Person;
let bo: Person;
let cleo: Person;
/** Of Ada and Bo; Cleo is not in it. */
let conversationId: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.person("Ada Lovelace");
  bo = await stage.person("Bo Diddley");
  cleo = await stage.person("Cleo Laine");
  await openConversationWith(ada, "Bo Diddley");
  await openConversationWith(bo, "Ada Lovelace");
  conversationId = new URL(ada.page.url()).searchParams.get("conversationId") ?? "";
});
afterAll(() => stage.close());
beforeEach((context) => stage.watch(context));

/** Whatever one client did, the others talk on and the server is well. */
let round = 0;
async function expectOthersUnaffected(): Promise<void> {
  const health = await fetch(`${stage.server.url}/api/health`);
  expect(health.status).toBe(200);
  round += 1;
  await send(bo, `still here ${round}.`);
  await message(ada.page, `still here ${round}.`).waitFor();
  expect(stage.server.output()).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
}

async function clientOf(person: Person): Promise<ParleyClient> {
  return new ParleyClient(stage.server.url, await tokenOf(person));
}

describe("in the browser", () => {
  test("a blank message cannot be sent", async () => {
    const before = (await (await clientOf(ada)).messages(conversationId)).length;
    const button = ada.page.getByRole("button", { name: "Send", exact: true });
    for (const blank of ["", "   ", " \n\t ", "\u200b\u2060"]) {
      await composer(ada.page).fill(blank);
      if (await button.isVisible()) expect(await button.isDisabled()).toBe(true);
      await composer(ada.page).press("Enter");
    }
    expect((await (await clientOf(ada)).messages(conversationId)).length).toBe(before);
  });

  test("an over-long message is refused and its text stays in front of its author", async () => {
    const text = "x".repeat(CONTENT_MAX_UNITS + 1);
    await composer(ada.page).fill(text);
    await composer(ada.page).press("Enter");
    await ada.page
      .getByText(/4[,.\u202f ]?000|too long|1 character/i)
      .first()
      .waitFor();
    expect(await composer(ada.page).inputValue()).toBe(text);
    expect(
      (await (await clientOf(ada)).messages(conversationId)).some((m) => m.content === text),
    ).toBe(false);

    const fitting = "y".repeat(CONTENT_MAX_UNITS);
    await composer(ada.page).fill(fitting);
    await composer(ada.page).press("Enter");
    // A long message is shown by its beginning; "Read more" has the rest.
    await tick(ada.page, "y".repeat(40), "Read").waitFor();
    const stored = await (await clientOf(bo)).messages(conversationId);
    expect(stored.some(({ content }) => content === fitting)).toBe(true);
    await expectOthersUnaffected();
  });

  test.each(["someone else's", "made-up"])(
    "%s conversation in the address reads the same: not found",
    async (whose) => {
      const id = whose === "made-up" ? "no_such_conversation" : conversationId;
      await cleo.page.goto(`/messages?conversationId=${encodeURIComponent(id)}`);
      await cleo.page
        .getByText(/not found|no longer|does not exist|isn.t available|can.t find|couldn.t find/i)
        .first()
        .waitFor();
      expect(await cleo.page.getByRole("article").count()).toBe(0);
      expect(await composer(cleo.page).count()).toBe(0);
      await expectOthersUnaffected();
    },
  );

  test("markup in a message is text", async () => {
    const text = '<img src=x onerror="document.title=1"><b>bold</b> [a](javascript:alert(1))';
    await send(ada, text);
    await message(bo.page, text).waitFor();
    expect(await message(bo.page, text).locator("b, img[src=x], a[href^=javascript]").count()).toBe(
      0,
    );
  });
});

describe("over the function contract", () => {
  test.each([
    ["blank content", { content: " \u200b\n" }, "invalid"],
    ["over-long content", { content: "x".repeat(CONTENT_MAX_UNITS + 1) }, "too_long"],
  ])("%s is refused with a code and nothing is written", async (_name, args, code) => {
    const client = await clientOf(ada);
    const before = await client.messages(conversationId);
    await expect(
      client.mutate("messages:sendMessage", { conversationId, ...args }),
    ).rejects.toMatchObject({
      data: { code },
    });
    expect(await client.messages(conversationId)).toEqual(before);
  });

  test("somebody else's conversation and one that does not exist are refused alike", async () => {
    const outsider = await clientOf(cleo);
    const refusal = (id: string): Promise<object> => {
      const args = { conversationId: id, content: "let me in" };
      return outsider.mutate("messages:sendMessage", args).then(
        () => ({}),
        (error) => error.data,
      );
    };
    expect(await refusal(conversationId)).toMatchObject({ code: "not_found" });
    expect(Object.keys(await refusal("nobody_nowhere"))).toEqual(
      Object.keys(await refusal(conversationId)),
    );
    await expect(outsider.messages(conversationId)).rejects.toMatchObject({
      data: { code: "not_found" },
    });
  });

  test("wrong argument types are Convex's own validation error", async () => {
    const client = await clientOf(ada);
    await expect(
      client.mutate("messages:sendMessage", { conversationId, content: 7 }),
    ).rejects.toThrow(/ArgumentValidationError/);
    await expect(
      client.mutate("messages:sendMessage", { conversationId, content: "x", extra: 1 }),
    ).rejects.toThrow(/ArgumentValidationError/);
  });

  test("internal functions and functions that do not exist are equally absent", async () => {
    const client = await clientOf(ada);
    for (const name of [
      "identityEvents:apply",
      "typingStates:sweep",
      "users:noSuchFunction",
      "nowhere:atAll",
      "_generated/api:x",
    ]) {
      await expect(client.mutate(name, {}), name).rejects.toThrow(/Could not find public function/);
    }
    await expectOthersUnaffected();
  });

  test("no token is a typed error", async () => {
    const anonymous = new ParleyClient(stage.server.url, null);
    await expect(anonymous.me()).rejects.toMatchObject({ data: { code: "unauthenticated" } });
    await expect(
      anonymous.mutate("messages:sendMessage", { conversationId, content: "x" }),
    ).rejects.toMatchObject({ data: { code: "unauthenticated" } });
  });
});

describe("tokens", () => {
  async function forgeries(): Promise<Record<string, string>> {
    const genuine = await tokenOf(ada);
    const [header = "", payload = "", signature = ""] = genuine.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { privateKey } = await generateKeyPair("ES256");
    const kid = JSON.parse(Buffer.from(header, "base64url").toString("utf8")).kid;
    return {
      "another person's name under the old signature": `${header}.${encode({ ...claims, sub: "bo" })}.${signature}`,
      "prolonged under the old signature": `${header}.${encode({ ...claims, exp: claims.exp + 9e6 })}.${signature}`,
      "signed with a key of one's own": await new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid })
        .sign(privateKey),
      "not signed": `${encode({ alg: "none" })}.${payload}.`,
      "expired and signed with a key of one's own": await new SignJWT({ ...claims, exp: 1_000_000 })
        .setProtectedHeader({ alg: "ES256", kid })
        .sign(privateKey),
      "no token at all": "x",
    };
  }

  test("forged ones get 401 with a code over HTTP, and nothing is written", async () => {
    const before = await (await clientOf(ada)).messages(conversationId);
    for (const [name, token] of Object.entries(await forgeries())) {
      const response = await fetch(`${stage.server.url}/convex/api/mutation`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({
          path: "messages:sendMessage",
          format: "convex_encoded_json",
          args: [{ conversationId, content: name }],
        }),
      });
      expect(response.status, name).toBe(401);
      expect(await response.json(), name).toMatchObject({
        code: expect.any(String),
        message: expect.any(String),
      });
    }
    expect(await (await clientOf(ada)).messages(conversationId)).toEqual(before);
  });

  test("a forged one on the socket is answered by AuthError, and the genuine one still works", async () => {
    const { "not signed": forged = "" } = await forgeries();
    const frames = await exchange([
      {
        type: "Connect",
        sessionId: crypto.randomUUID(),
        connectionCount: 0,
        lastCloseReason: null,
      },
      { type: "Authenticate", baseVersion: 0, tokenType: "User", value: forged },
    ]);
    expect(frames.map((frame) => frame.type)).toContain("AuthError");
    expect(await (await clientOf(ada)).me()).toMatchObject({ name: "Ada Lovelace" });
    await expectOthersUnaffected();
  });
});

describe("on the wire", () => {
  test.each([
    ["text that is no JSON", "hello"],
    ["an unknown type", JSON.stringify({ type: "Reboot" })],
    [
      "a mutation before Connect",
      JSON.stringify({ type: "Mutation", requestId: 0, udfPath: "a:b", args: [{}] }),
    ],
    [
      "fields of wrong types",
      JSON.stringify({ type: "Connect", sessionId: 5, connectionCount: "x" }),
    ],
    ["a prototype", '{"type":"Connect","__proto__":{"a":1},"constructor":{"prototype":{}}}'],
    ["nesting without end", `{"type":"Event","event":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
    ["bytes", Buffer.from([0, 255, 1, 254])],
  ])("a malformed frame ends its own connection only: %s", async (_name, frame) => {
    const frames = await exchange([frame]);
    expect(frames.map((f) => f.type).filter((type) => type !== "FatalError")).toEqual([]);
    await expectOthersUnaffected();
  });

  test.each(["/convex/api/mutation", "/api/auth/sign-in/email", "/convex/http/identity-events"])(
    "a request of 20 MB to %s is refused",
    async (path) => {
      const status = await fetch(stage.server.url + path, {
        method: "POST",
        headers: { "content-type": "application/json", origin: stage.server.url },
        body: Buffer.alloc(HUGE_BYTES, "["),
      }).then(
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
        // A server may also hang up on somebody who goes on sending.
        () => 413,
      );
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      await expectOthersUnaffected();
    },
  );

  test.each(["", "null", "[1", '{"path":5}', '{"path":"users:getCurrentUser","args":"x"}'])(
    "a body that is no call is a typed 400: %s",
    async (body) => {
      const response = await fetch(`${stage.server.url}/convex/api/query`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: expect.any(String),
        message: expect.any(String),
      });
    },
  );
});

/** Sends frames on a socket of its own and gives what came back until the server closed it. */
function exchange(frames: (object | string | Buffer)[]): Promise<{ type: string }[]> {
  const answers: { type: string }[] = [];
  const socket = new WebSocket(`${stage.server.url.replace(/^http/, "ws")}/convex/api/1.48.0/sync`);
  return new Promise((resolve, reject) => {
    socket.on("open", () => {
      for (const frame of frames) {
        socket.send(
          typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame),
        );
      }
    });
    socket.on("message", (data) => answers.push(JSON.parse(data.toString())));
    socket.on("close", () => resolve(answers));
    socket.on("error", reject);
  });
}

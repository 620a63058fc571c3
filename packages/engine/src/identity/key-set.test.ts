import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { AuthenticationError } from "./authentication-error.ts";
import { KEY_SET_TIMES, KeySet } from "./key-set.ts";

/** Keys fetched over a real connection from an issuer that does not behave (also Z9). */

const KEYS = JSON.stringify({ keys: [{ kty: "EC", kid: "k1" }] });
const JSON_TYPE = { "content-type": "application/json" };

let server: Server;
afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

async function openIssuer(answer: RequestListener) {
  const asked: string[] = [];
  const reasons: unknown[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let nowMs = 0;
  const keys = new KeySet(
    { type: "customJwt", issuer, jwks: `${issuer}/keys`, algorithm: "ES256", applicationId: null },
    {
      now: () => nowMs,
      fetch: globalThis.fetch,
      log: (_level, _message, facts) => reasons.push(facts?.reason),
    },
  );
  return {
    asked,
    reasons,
    find: () => keys.find(({ kid }) => kid === "k1"),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const failure = async (found: Promise<unknown>) =>
  await found.then(
    () => expect.fail("keys were found"),
    (error: unknown) => error,
  );

describe("[ID6] Z9: an issuer", () => {
  test("that sends one elsewhere is not followed", async () => {
    const { asked, reasons, find } = await openIssuer(({ url }, response) => {
      if (url === "/keys") response.writeHead(302, { location: "/other" }).end();
      else response.writeHead(200, JSON_TYPE).end(KEYS);
    });
    expect(await failure(find())).toBeInstanceOf(AuthenticationError);
    expect([asked, reasons]).toEqual([["/keys"], ["fetch failed"]]);
  });

  test("that never stops talking is cut off", async () => {
    let sentBytes = 0;
    let hangUp: (() => void) | null = null;
    const gone = new Promise<void>((resolve) => {
      hangUp = resolve;
    });
    const { reasons, find } = await openIssuer((_request, response) => {
      response.writeHead(200, JSON_TYPE);
      const piece = Buffer.alloc(64 * 1024, " ");
      const talk = () => {
        while (!response.destroyed && response.write(piece)) sentBytes += piece.length;
      };
      response.on("drain", talk).on("close", () => hangUp?.());
      talk();
    });
    expect(await failure(find())).toBeInstanceOf(AuthenticationError);
    await gone;
    expect(reasons).toEqual(["The answer is larger than 1 MB."]);
    // What sockets hold on the way is a few megabytes, not the endless rest.
    expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
  });

  test.each(["before its answer", "in the middle of it"])(
    "that falls silent %s is given up, for everybody who waits at once",
    async (when) => {
      const patience = new AbortController();
      const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(patience.signal);
      const { asked, reasons, find } = await openIssuer((_request, response) => {
        if (when !== "before its answer")
          response.writeHead(200, JSON_TYPE).write(KEYS.slice(0, 9));
        patience.abort(new Error("out of patience"));
      });
      const outcomes = await Promise.all([find(), find(), find()].map(failure));
      expect(outcomes.every((error) => error instanceof AuthenticationError)).toBe(true);
      expect(timeout.mock.calls).toEqual([[KEY_SET_TIMES.fetchTimeoutMs]]);
      expect([asked, reasons]).toEqual([["/keys"], ["out of patience"]]);
    },
  );

  test("that answers with a page has no keys, and is not asked again at once", async () => {
    const { asked, find, pass } = await openIssuer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(KEYS);
    });
    expect(await failure(find())).toBeInstanceOf(AuthenticationError);
    expect(await failure(find())).toBeInstanceOf(AuthenticationError);
    expect(asked).toHaveLength(1);
    pass(KEY_SET_TIMES.refreshMs);
    expect(await failure(find())).toBeInstanceOf(AuthenticationError);
    expect(asked).toHaveLength(2);
  });
});

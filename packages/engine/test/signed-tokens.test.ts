import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterEach, expect, it } from "vitest";
import { type RunningEngine, startEngine, withFolder } from "./rig.ts";

const functionsDir = fileURLToPath(new URL("./fixtures/stamps", import.meta.url));
const tokens = anyApi.tokens!;

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

it("[RT8] tokens that mutations sign hold before the deployment's own keys, over a restart", async () => {
  await withFolder(async (dataDir) => {
    running = await startEngine({ functionsDir, dataDir });
    const sign = () =>
      running!.connect().mutation(tokens.sign!, {
        claims: { sub: "ann", room: { id: 7 } },
        expiresInSeconds: 60,
      }) as Promise<string>;
    const before = await sign();
    const issuer = running.url;
    await running.stop();
    running = await startEngine({ functionsDir, dataDir, port: running.port });
    const keys = createRemoteJWKSet(new URL(`${running.url}/.well-known/jwks.json`));
    for (const token of [before, await sign()]) {
      const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ["ES256"] });
      expect(payload).toMatchObject({ sub: "ann", room: { id: 7 } });
      expect(payload.exp! - payload.iat!).toBe(60);
    }
    const published = await (await fetch(`${running.url}/.well-known/jwks.json`)).json();
    expect(Object.keys(published.keys[0]).sort()).toEqual(
      ["alg", "crv", "kid", "kty", "use", "x", "y"].sort(),
    );
    expect(decodeProtectedHeader(before).kid).toBe(published.keys[0].kid);
  });
});

it.each([
  [{ iss: "me" }, 60, 'The claim "iss" is reserved.'],
  [{ nbf: 1 }, 60, 'The claim "nbf" is reserved.'],
  [{ ConvexActor: "me" }, 60, 'The claim "ConvexActor" is reserved.'],
  [{ cvx_x: "me" }, 60, 'The claim "cvx_x" is reserved.'],
  [{}, 3_601, "`expiresInSeconds` must be between 1 and 3600."],
  [{}, 0, "`expiresInSeconds` must be between 1 and 3600."],
])("[RT8] claims %j for %d s are refused", async (claims, expiresInSeconds, text) => {
  running = await startEngine({ functionsDir, revealsErrors: true });
  const signed = running.connect().mutation(tokens.sign!, { claims, expiresInSeconds });
  await expect(signed).rejects.toThrow(text);
});

it("[RT9] what a function audits stands in the log, with what its variables stand for", async () => {
  const lines: unknown[] = [];
  running = await startEngine({
    functionsDir,
    log: (_level, message, facts) => message === "Audit." && lines.push(facts),
  });
  await running.connect().mutation(tokens.audited!, {});
  expect(lines).toEqual([{ body: { what: "opened", who: { ip: "127.0.0.1", actor: null } } }]);
});

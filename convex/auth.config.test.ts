import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const embedded = { PARLEY_JWT_ISSUER: "http://localhost:3000", PARLEY_JWKS: "data:,{}" };
const clerk = { CLERK_JWT_ISSUER_DOMAIN: "https://clerk.example.org" };

const embeddedProvider = {
  type: "customJwt",
  issuer: "http://localhost:3000",
  jwks: "data:,{}",
  algorithm: "ES256",
  applicationID: "convex",
};
const clerkProvider = { domain: "https://clerk.example.org", applicationID: "convex" };

describe("auth.config", () => {
  beforeEach(() => {
    vi.resetModules();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  async function providersWith(env: Record<string, string | undefined>) {
    vi.stubGlobal("process", { ...process, env });
    return (await import("./auth.config")).default.providers;
  }

  it.each([
    ["nothing", {}, []],
    ["the embedded service", embedded, [embeddedProvider]],
    ["an issuer without keys", { ...embedded, PARLEY_JWKS: "" }, []],
    ["Clerk", clerk, [clerkProvider]],
    ["both", { ...embedded, ...clerk }, [embeddedProvider, clerkProvider]],
  ])("believes exactly what is set: %s", async (_, env, providers) => {
    expect(await providersWith(env)).toEqual(providers);
  });

  it("copes with an environment that throws for what is not set, as hosted Convex's does", async () => {
    const strict = new Proxy<Record<string, string>>(clerk, {
      get(target, name: string) {
        const value = target[name];
        if (value === undefined) throw new Error(`Environment variable ${name} is not set`);
        return value;
      },
    });
    expect(await providersWith(strict)).toEqual([clerkProvider]);
  });
});

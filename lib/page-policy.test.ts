import { describe, expect, test } from "vitest";
import { buildPagePolicy, type PagePolicyFacts } from "./page-policy";

const EMBEDDED: PagePolicyFacts = {
  host: "localhost:3000",
  isDev: false,
  convexUrl: null,
  clerkIssuer: null,
};

function directives(facts: Partial<PagePolicyFacts>): Record<string, string> {
  const policy = buildPagePolicy("bm9uY2U=", { ...EMBEDDED, ...facts });
  return Object.fromEntries(
    policy.split("; ").map((directive) => {
      const space = directive.indexOf(" ");
      return [directive.slice(0, space), directive.slice(space + 1)];
    }),
  );
}

describe("by default", () => {
  test("nothing comes from or goes to anywhere else", () => {
    const policy = Object.values(directives({})).join(" ");
    expect(policy).not.toMatch(/https?:/);
    expect(policy).not.toContain("unsafe-eval");
    expect(directives({})["connect-src"]).toBe("'self' ws://localhost:3000 wss://localhost:3000");
  });

  test("scripts need this answer's nonce", () => {
    expect(directives({})["script-src"]).toBe("'self' 'nonce-bm9uY2U=' 'strict-dynamic'");
  });
});

test.each(["evil.example; script-src *", "a b", "a,b", "'unsafe-inline'", "*", ""])(
  "a host header of %j writes nothing into the policy",
  (host) => {
    expect(directives({ host })["connect-src"]).toBe("'self'");
  },
);

test("hosted services add their own hosts and no others", () => {
  const hosted = directives({
    convexUrl: "https://happy-otter-123.convex.cloud",
    clerkIssuer: "https://harbour.clerk.accounts.dev",
  });
  expect(hosted["connect-src"]).toContain(
    "https://happy-otter-123.convex.cloud wss://happy-otter-123.convex.cloud https://harbour.clerk.accounts.dev",
  );
  expect(hosted["script-src"]).toContain("https://harbour.clerk.accounts.dev");
});

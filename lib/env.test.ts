import { describe, expect, test } from "vitest";
import { type Environment, isLoopbackHost, parseEnvironment, type ServerConfig } from "./env";

const KEY = "pk_test_aGFyYm91ci5jbGVyay5hY2NvdW50cy5kZXYk";
const ISSUER = "https://harbour.clerk.accounts.dev";
const OIDC = {
  PARLEY_OIDC_ISSUER: "https://id.example.org/realms/team/",
  PARLEY_OIDC_CLIENT_ID: "parley",
  PARLEY_OIDC_CLIENT_SECRET: "secret",
};

const CLERK = { CLERK_PUBLISHABLE_KEY: KEY, CLERK_JWT_ISSUER_DOMAIN: ISSUER };

const DEFAULTS: ServerConfig = {
  port: 3000,
  host: "127.0.0.1",
  dataDir: "./data",
  publicUrl: "http://localhost:3000",
  backend: { kind: "embedded" },
  identity: { kind: "embedded", signUp: "open", providers: [] },
  trustedProxies: [],
  rateLimitFactor: 1,
  eventsSecret: null,
  mail: null,
};

function parseGood(env: Environment): ServerConfig {
  const parsed = parseEnvironment(env);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

function problemsOf(env: Environment): string[] {
  const parsed = parseEnvironment(env);
  return parsed.ok ? [] : parsed.problems;
}

describe("a good environment", () => {
  test("needs nothing at all", () => {
    expect(parseGood({})).toEqual(DEFAULTS);
  });

  test("counts blank values as not set", () => {
    const blank = { PORT: "", HOST: " ", CONVEX_URL: "", CLERK_SECRET_KEY: "\t", PARLEY_URL: "" };
    expect(parseGood(blank)).toEqual(DEFAULTS);
  });

  test("derives the public URL from the port", () => {
    expect(parseGood({ PORT: "8080" }).publicUrl).toBe("http://localhost:8080");
  });

  test.each([
    ["https://chat.example.org/", "https://chat.example.org"],
    ["https://CHAT.example.org:443", "https://chat.example.org"],
    ["http://192.168.1.7:3000", "http://192.168.1.7:3000"],
  ])("takes %s as the origin %s", (given, origin) => {
    expect(parseGood({ PARLEY_URL: given }).publicUrl).toBe(origin);
  });

  test.each([
    ["usual", { NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: KEY, CLERK_JWT_ISSUER_DOMAIN: ISSUER }],
    ["short", CLERK],
    ["both, alike", { ...CLERK, NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: KEY }],
    ["bare domain", { ...CLERK, CLERK_JWT_ISSUER_DOMAIN: "harbour.clerk.accounts.dev" }],
  ])("knows Clerk under its %s names", (_name, env) => {
    expect(parseGood(env).identity).toEqual({
      kind: "clerk",
      publishableKey: KEY,
      issuer: ISSUER,
      secretKey: null,
      webhookSecret: null,
    });
  });

  test("takes a plain http issuer on this machine only", () => {
    const local = {
      CLERK_PUBLISHABLE_KEY: `pk_test_${btoa("127.0.0.1:4100$")}`,
      CLERK_JWT_ISSUER_DOMAIN: "http://127.0.0.1:4100",
    };
    expect(parseGood(local).identity).toMatchObject({ issuer: "http://127.0.0.1:4100" });
    expect(problemsOf({ ...CLERK, CLERK_JWT_ISSUER_DOMAIN: "http://10.0.0.9" })).toHaveLength(1);
  });

  test("derives where a hosted deployment's HTTP actions are", () => {
    const hosted = { ...CLERK, CONVEX_URL: "https://happy-otter-123.convex.cloud" };
    expect(parseGood(hosted).backend).toEqual({
      kind: "hosted",
      convexUrl: "https://happy-otter-123.convex.cloud",
      siteUrl: "https://happy-otter-123.convex.site",
    });
    const own = { ...CLERK, CONVEX_URL: "http://127.0.0.1:3210" };
    expect(parseGood(own).backend).toMatchObject({ siteUrl: null });
    expect(parseGood({ ...own, CONVEX_SITE_URL: "http://127.0.0.1:3211" }).backend).toMatchObject({
      siteUrl: "http://127.0.0.1:3211",
    });
  });

  test("reads lists, factors and mail", () => {
    const config = parseGood({
      PARLEY_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8 fd00::/8",
      PARLEY_RATE_LIMITS: "2.5",
      SMTP_URL: "smtps://u:p@mail.example.org",
      MAIL_FROM: "Parley <parley@example.org>",
    });
    expect(config.trustedProxies).toEqual(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);
    expect(config.rateLimitFactor).toBe(2.5);
    expect(config.mail?.from).toBe("Parley <parley@example.org>");
  });
});

test("knows who else people sign in with", () => {
  const { identity } = parseGood({ ...OIDC, GITHUB_CLIENT_ID: "g", GITHUB_CLIENT_SECRET: "s" });
  expect(identity).toMatchObject({
    providers: [
      {
        ...{ id: "oidc", name: "id.example.org", issuer: "https://id.example.org/realms/team" },
        ...{ clientId: "parley", clientSecret: "secret" },
      },
      { id: "github", name: "GitHub", clientId: "g", clientSecret: "s" },
    ],
  });
});

describe("a bad environment is one sentence a problem", () => {
  const bad: [string, Environment, RegExp][] = [
    ["a word for a port", { PORT: "http" }, /^PORT must/],
    ["port 0", { PORT: "0" }, /^PORT must/],
    ["a port out of range", { PORT: "65536" }, /^PORT must/],
    ["a port with a sign", { PORT: "-80" }, /^PORT must/],
    ["a URL for a host", { HOST: "http://0.0.0.0" }, /^HOST must/],
    ["a public URL with a path", { PARLEY_URL: "https://a.example/chat" }, /^PARLEY_URL must/],
    ["a public URL with a user", { PARLEY_URL: "https://me@a.example" }, /^PARLEY_URL must/],
    ["another scheme", { PARLEY_URL: "ftp://a.example" }, /^PARLEY_URL must/],
    ["no URL at all", { PARLEY_URL: "chat.example.org" }, /^PARLEY_URL must/],
    ["an unknown sign-up policy", { PARLEY_SIGNUP: "yes" }, /^PARLEY_SIGNUP must/],
    ["a name for a proxy", { PARLEY_TRUSTED_PROXIES: "nginx" }, /^PARLEY_TRUSTED_PROXIES must/],
    ["a range too long", { PARLEY_TRUSTED_PROXIES: "10.0.0.0/33" }, /^PARLEY_TRUSTED_PROXIES/],
    ["no limits at all", { PARLEY_RATE_LIMITS: "0" }, /^PARLEY_RATE_LIMITS must/],
    ["endless limits", { PARLEY_RATE_LIMITS: "Infinity" }, /^PARLEY_RATE_LIMITS must/],
    ["a guessable secret", { PARLEY_EVENTS_SECRET: "short" }, /^PARLEY_EVENTS_SECRET must/],
    [
      "half of an issuer",
      { PARLEY_OIDC_CLIENT_ID: "x" },
      /set PARLEY_OIDC_ISSUER and PARLEY_OIDC_CLIENT_S/,
    ],
    ["half of a service", { GITHUB_CLIENT_ID: "x" }, /set GITHUB_CLIENT_SECRET too/],
    [
      "an issuer in the open",
      { ...OIDC, PARLEY_OIDC_ISSUER: "http://id.example" },
      /^PARLEY_OIDC_I/,
    ],
    [
      "an issuer with a query",
      { ...OIDC, PARLEY_OIDC_ISSUER: "https://id.example?a" },
      /^PARLEY_OI/,
    ],
    ["an issuer beside Clerk", { ...CLERK, ...OIDC }, /^Both Clerk and id\.example\.org/],
    ["a long name", { ...OIDC, PARLEY_OIDC_NAME: "n".repeat(41) }, /^PARLEY_OIDC_NAME must/],
    ["half of mail", { SMTP_URL: "smtp://mail.example.org" }, /set MAIL_FROM too/],
    ["Convex without Clerk", { CONVEX_URL: "https://a.convex.cloud" }, /without Clerk/],
    [
      "the site for the deployment",
      { ...CLERK, CONVEX_URL: "https://a.convex.site" },
      /^CONVEX_URL must/,
    ],
    ["Clerk's key alone", { CLERK_PUBLISHABLE_KEY: KEY }, /set CLERK_JWT_ISSUER_DOMAIN too/],
    ["Clerk's secret alone", { CLERK_SECRET_KEY: "sk_test_x" }, /half configured/],
    ["Clerk's issuer alone", { CLERK_JWT_ISSUER_DOMAIN: ISSUER }, /set CLERK_PUBLISHABLE_KEY too/],
    ["a secret for Clerk's key", { ...CLERK, CLERK_PUBLISHABLE_KEY: "sk_test_abcd" }, /look like/],
    ["a key of nothing", { ...CLERK, CLERK_PUBLISHABLE_KEY: "pk_test_b3RoZXI" }, /look like/],
    [
      "a key and an issuer of two instances",
      { ...CLERK, CLERK_JWT_ISSUER_DOMAIN: "clerk.example.org" },
      /^CLERK_PUBLISHABLE_KEY is of harbour\.clerk\.accounts\.dev, and .* says clerk\.example\.org/,
    ],
    [
      "a rule for sign-up beside Clerk",
      { ...CLERK, PARLEY_SIGNUP: "invite" },
      /^PARLEY_SIGNUP says/,
    ],
    ["half of mail beside Clerk", { ...CLERK, MAIL_FROM: "a@example.org" }, /^MAIL_FROM says/],
    [
      "two keys of Clerk",
      { ...CLERK, NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: "pk_live_b3RoZXIk" },
      /say different things/,
    ],
  ];

  test.each(bad)("%s", (_name, env, sentence) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });

  test("all of them at once, and no value is repeated", () => {
    const secret = "hunter2 hunter2 hunter2";
    const problems = problemsOf({ PORT: "x", PARLEY_SIGNUP: "x", PARLEY_EVENTS_SECRET: secret });
    expect(problems).toHaveLength(3);
    expect(problems.join(" ")).not.toContain("hunter2");
  });
});

test("this machine's names", () => {
  const own = ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "a.localhost"];
  const others = ["example.org", "10.0.0.1", "localhost.example.org", "127.example.org", "::2", ""];
  expect(own.filter((host) => !isLoopbackHost(host))).toEqual([]);
  expect(others.filter(isLoopbackHost)).toEqual([]);
});

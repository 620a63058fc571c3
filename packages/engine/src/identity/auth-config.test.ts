import { describe, expect, test } from "vitest";
import { describeProvider, parseAuthConfig } from "./auth-config.ts";

const oidc = { domain: "clerk.example.com", applicationID: "convex" };
const custom = {
  type: "customJwt",
  issuer: "http://localhost:3000/",
  jwks: "data:application/json,{}",
  algorithm: "ES256",
};

describe("parseAuthConfig", () => {
  test("[ID1] reads both kinds of provider", () => {
    expect(parseAuthConfig({ providers: [oidc, { ...custom, applicationID: "convex" }] })).toEqual([
      { type: "oidc", issuer: "https://clerk.example.com", applicationId: "convex" },
      {
        type: "customJwt",
        issuer: "http://localhost:3000",
        jwks: "data:application/json,{}",
        algorithm: "ES256",
        applicationId: "convex",
      },
    ]);
  });

  test("[ID1] without the file nobody can sign in", () => {
    expect(parseAuthConfig(undefined)).toEqual([]);
  });

  test("[ID1] a custom provider may take tokens for any audience", () => {
    const [provider] = parseAuthConfig({ providers: [custom] });
    expect(provider?.applicationId).toBe(null);
    expect(describeProvider(provider!)).toBe(
      "CustomJWT(issuer=http://localhost:3000, app_id=<any>)",
    );
  });

  test.each<[string, object, object, string]>([
    ["a domain from a missing variable", oidc, { domain: undefined }, "environment variable"],
    ["an empty application", oidc, { applicationID: "" }, "no `applicationID`"],
    ["an empty application of a custom one", custom, { applicationID: "" }, "no `applicationID`"],
    ["a symmetric algorithm", custom, { algorithm: "HS256" }, '"RS256" or "ES256"'],
    ["keys in a file", custom, { jwks: "file:///etc/passwd" }, "http, https or data URL"],
    ["another type", oidc, { type: "saml" }, 'unknown type "saml"'],
    ["a domain that is none", oidc, { domain: "a b" }, "not a URL"],
  ])("[ID2] refuses %s", (_name, accepted, change, message) => {
    expect(parseAuthConfig({ providers: [accepted] }).length).toBe(1);
    expect(() => parseAuthConfig({ providers: [{ ...accepted, ...change }] })).toThrow(message);
  });

  test.each([[null], [{}], [{ providers: {} }], [{ providers: [null] }]])(
    "[ID2] refuses %j",
    (exported) => {
      expect(() => parseAuthConfig(exported)).toThrow("auth.config.ts");
    },
  );
});

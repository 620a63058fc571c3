import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** An issuer of tokens for tests, whose keys travel as a data URI. */
export interface TestIssuer {
  environmentVariables: { TEST_JWKS: string };
  sign(subject: string, claims?: { lifetimeSeconds?: number; name?: string }): Promise<string>;
}

export async function createTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "test", alg: "ES256", use: "sig" };
  const jwks = encodeURIComponent(JSON.stringify({ keys: [jwk] }));
  return {
    environmentVariables: { TEST_JWKS: `data:application/json,${jwks}` },
    sign: (subject, { lifetimeSeconds = 300, name = subject } = {}) =>
      new SignJWT({ name })
        .setProtectedHeader({ alg: "ES256", kid: "test" })
        .setIssuer("https://issuer.test")
        .setAudience("convex")
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds}s`)
        .sign(privateKey),
  };
}

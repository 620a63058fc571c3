import type { AuthConfig, AuthProvider } from "convex/server";

const applicationID = "convex";

function embeddedProviders(): AuthProvider[] {
  const issuer = ifSet(() => process.env.PARLEY_JWT_ISSUER);
  const jwks = ifSet(() => process.env.PARLEY_JWKS);
  if (!issuer || !jwks) return [];
  // The keys come as a data URI: a server may not be able to reach its own public address.
  return [{ type: "customJwt", issuer, jwks, algorithm: "ES256", applicationID }];
}

function clerkProviders(): AuthProvider[] {
  const domain = ifSet(() => process.env.CLERK_JWT_ISSUER_DOMAIN);
  return domain ? [{ domain, applicationID }] : [];
}

/** Hosted Convex throws when this file reads a variable that is not set; ours answers undefined. */
function ifSet(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whose tokens count: exactly the identity services that the deployment's environment names. */
export default {
  providers: [...embeddedProviders(), ...clerkProviders()],
} satisfies AuthConfig;

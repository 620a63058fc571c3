import { connection } from "next/server";
import { parseEnvironment, type ServerConfig, type SignUpPolicy } from "./env";
import type { SignInProviderId } from "./sign-in-providers";

/** What the browser is told about this installation. Nothing here is secret. */
export type PublicConfig = {
  authMode: "embedded" | "clerk";
  /** `null`: the page's own origin followed by `/convex`. */
  convexUrl: string | null;
  clerkPublishableKey: string | null;
  signUp: SignUpPolicy;
  /** Whether a forgotten password can be replaced by mail. */
  canSendMail: boolean;
  /** Who else people may sign in with. */
  providers: { id: SignInProviderId; name: string }[];
};

/**
 * Reads what the browser needs, anew for every request, so that switching between embedded and
 * hosted services needs a restart but no rebuild. Makes the page that calls it dynamic.
 *
 * @throws Error when the environment is contradictory, which the server has refused before.
 */
export async function readPublicConfig(): Promise<PublicConfig> {
  // Without this, Next would render the page once at build time and bake that environment in.
  await connection();
  const parsed = parseEnvironment(process.env);
  if (!parsed.ok) throw new Error(parsed.problems.join(" "));
  return toPublicConfig(parsed.config);
}

/** The public part of the configuration. */
export function toPublicConfig({ backend, identity, mail }: ServerConfig): PublicConfig {
  return {
    authMode: identity.kind,
    convexUrl: backend.kind === "hosted" ? backend.convexUrl : null,
    clerkPublishableKey: identity.kind === "clerk" ? identity.publishableKey : null,
    signUp: identity.kind === "embedded" ? identity.signUp : "open",
    canSendMail: identity.kind === "embedded" && mail !== null,
    providers:
      identity.kind === "embedded" ? identity.providers.map(({ id, name }) => ({ id, name })) : [],
  };
}

import { AsyncLocalStorage } from "node:async_hooks";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getOAuthState } from "better-auth/api";
import { genericOAuth } from "better-auth/plugins";
import type { SignInProvider, SignInProviderId } from "@/lib/sign-in-providers";
import { personName } from "@/shared/person-name";
import type { configure } from "./configuration";
import type { People } from "./people";

/** What comes back with somebody from a service elsewhere, as it was sent along at their start. */
export type Luggage = { invitation: string | null; ownerToken: string | null };

/** One return from a service elsewhere, and what its route decides about it. */
export type Visit = {
  /** Whose session the browser has; only they may have something added to their account. */
  callerId: string | null;
  /** @returns null where a new account may be made, or the code of the refusal. */
  mayCreate: (email: string, luggage: Luggage) => string | null;
  /** An account of `userId` is about to be added to, because the addresses are the same. */
  onLink: (userId: string) => void;
};

export type ProviderDesk = ReturnType<typeof createProviderDesk>;

/** An issuer that takes longer is not there: nobody waits for it, and nothing else does. */
const DISCOVERY_MAX_MS = 10_000;

/**
 * Signing in with services elsewhere, by the library's own means: one instance of it for each service,
 * made when the first person asks, because it reads an issuer's addresses when it is made. So a server
 * starts without its issuer, passwords work without it, and an issuer that was down is asked again.
 */
export function createProviderDesk(options: {
  configuration: ReturnType<typeof configure>;
  people: People;
  providers: SignInProvider[];
}) {
  const { configuration, people, providers } = options;
  const visits = new AsyncLocalStorage<Visit>();
  const open = new Map<SignInProviderId, Promise<Library | null>>();

  async function openLibrary(provider: SignInProvider): Promise<Library | null> {
    const library = betterAuth({
      ...configuration,
      ...providerOptions(provider, configuration.plugins),
      user: {
        ...configuration.user,
        validateUserInfo: async ({ user, source }) => {
          const state = await getOAuthState();
          const code = decide(visits.getStore(), {
            ...{ user, action: source.action, people },
            linkedUserId: state?.link?.userId ?? null,
            luggage: readLuggage(state ?? {}),
          });
          return code === null ? undefined : { error: code };
        },
      },
      databaseHooks: {
        ...configuration.databaseHooks,
        user: {
          ...configuration.databaseHooks.user,
          create: {
            ...configuration.databaseHooks.user.create,
            // The picture is at an address of theirs, and everybody's browser would go there.
            before: async (user) => ({
              data: { ...user, name: personName(user.name), image: null },
            }),
          },
        },
        // We never ask the service anything afterwards, so we keep nothing to ask it with.
        account: {
          create: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
        },
      },
      account: { updateAccountOnSignIn: false },
    });
    const { socialProviders } = await library.$context;
    const isThere = socialProviders.some(({ id }) => id === provider.id);
    return isThere ? library : null;
  }

  function reach(provider: SignInProvider): Promise<Library | null> {
    const known = open.get(provider.id);
    if (known) return known;
    const opening = openLibrary(provider)
      .catch(() => null)
      .then((library) => {
        if (library === null) open.delete(provider.id);
        return library;
      });
    open.set(provider.id, opening);
    return opening;
  }

  return {
    isConfigured: (id: string): boolean => providers.some((provider) => provider.id === id),

    /**
     * Has the library answer a request that belongs to one service.
     * @param visit Null where nobody comes back from anywhere.
     * @returns null when the service is not configured or does not say where its addresses are.
     */
    async handle(id: string, request: Request, visit: Visit | null): Promise<Response | null> {
      const provider = providers.find((one) => one.id === id);
      const library = provider && (await withinTime(reach(provider)));
      if (!library) return null;
      return visit ? visits.run(visit, () => library.handler(request)) : library.handler(request);
    },
  };
}

type Library = { handler: (request: Request) => Promise<Response> };

/**
 * The rules by which somebody whom another service vouches for gets at an account here.
 *
 * @returns null, or the code of the refusal. Whatever is not provided for is refused.
 */
export function decide(
  visit: Visit | undefined,
  about: {
    user: { id?: string | undefined; email?: string | null; emailVerified?: unknown };
    action: string;
    people: Pick<People, "hasTwoFactor">;
    /** Who asked to have the service added to their account; null when signing in. */
    linkedUserId: string | null;
    luggage: Luggage;
  },
): string | null {
  const { user, action, people, linkedUserId, luggage } = about;
  if (!visit) return "PROVIDER_FAILED";
  // Some services send the word "false", which is true.
  if (user.emailVerified !== true || !user.email) return "PROVIDER_EMAIL_UNVERIFIED";
  switch (action) {
    case "sign-in":
      return null;
    case "create-user":
      return visit.mayCreate(user.email, luggage);
    case "link-account": {
      if (user.id === undefined) return "PROVIDER_FAILED";
      if (linkedUserId !== null) {
        // Whoever began this must still be here, or the next person at this browser is added to them.
        if (visit.callerId !== linkedUserId) return "PROVIDER_FAILED";
      } else if (people.hasTwoFactor(user.id)) {
        // A second factor was asked for; a mailbox alone is not one.
        return "PROVIDER_NOT_LINKED";
      }
      visit.onLink(user.id);
      return null;
    }
    default:
      return "PROVIDER_FAILED";
  }
}

const NO_TOKENS = {
  ...{ accessToken: null, refreshToken: null, idToken: null, scope: null },
  ...{ accessTokenExpiresAt: null, refreshTokenExpiresAt: null },
};

function providerOptions(
  provider: SignInProvider,
  plugins: NonNullable<BetterAuthOptions["plugins"]>,
): Pick<BetterAuthOptions, "plugins" | "socialProviders"> {
  const { id, clientId, clientSecret } = provider;
  if (id !== "oidc") return { plugins, socialProviders: { [id]: { clientId, clientSecret } } };
  const oidc = genericOAuth({
    config: [
      {
        ...{ providerId: id, clientId, clientSecret, scopes: ["openid", "email", "profile"] },
        discoveryUrl: `${provider.issuer}/.well-known/openid-configuration`,
        requireIdTokenVerification: true,
        pkce: true,
      },
    ],
  });
  return { plugins: [...plugins, oidc] };
}

function readLuggage(state: Record<string, unknown>): Luggage {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  return { invitation: text(state.invitation), ownerToken: text(state.ownerToken) };
}

async function withinTime<T>(promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), DISCOVERY_MAX_MS);
  });
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}

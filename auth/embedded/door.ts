import { loadCatalogue } from "@/features/language/catalogue";
import type { SignUpPolicy } from "@/lib/env";
import { currentLanguage } from "@/lib/language";
import { accountRoutes } from "./account-routes";
import { adminRoutes } from "./admin-routes";
import { refuse, refuseWith } from "./answers";
import { createAttemptLimiter } from "./attempt-limiter";
import { entranceRoutes } from "./entrance-routes";
import { ACCOUNT_ATTEMPTS_MAX, ACCOUNT_WINDOW_MS, BODY_BYTES_MAX } from "./limits";
import { isOwnOrigin } from "./origin";
import { pictureRoutes } from "./picture-routes";
import { providerRoutes } from "./provider-routes";
import type { IdentityRoute, RouteCall } from "./route";
import type { EmbeddedIdentity } from "./server";

/** One request to `/api/auth/*`, as the server received it. */
export type IdentityRequest = {
  method: string;
  /** The path after `/api/auth/`, without the query. */
  path: string;
  /** What stands after the `?`. */
  query: URLSearchParams;
  /** One value per header, names in lower case. */
  header: (name: string) => string | null;
  /** The real client's address, see `server/client-address.ts`. */
  clientAddress: string;
  /** Reads the body; `null` when it is larger than `bytesMax`. */
  readBody: (bytesMax: number) => Promise<string | null>;
};

export type IdentityDoorOptions = {
  identity: EmbeddedIdentity;
  publicUrl: string;
  signUp: SignUpPolicy;
  /** Opens the server to its first owner; null where the first person is the owner, whoever it is. */
  ownerToken: string | null;
  /** What the admin page shows about the server. */
  readFigures: () => Promise<ServerFigures>;
  rateLimitFactor: number;
  now: () => number;
  log: (level: "error", message: string, facts: Record<string, unknown>) => void;
};

/** How much is kept, and how many are here. */
export type ServerFigures = {
  /** Bytes of the data folder. */
  storedBytes: number;
  /** Open sockets, one a tab. */
  connections: number;
  /** Milliseconds. */
  startedAt: number;
};

/** The library answers at many more addresses; whatever is not listed in these does not exist. */
const ROUTES = new Map<string, IdentityRoute>(
  Object.entries({
    ...entranceRoutes,
    ...accountRoutes,
    ...pictureRoutes,
    ...adminRoutes,
    ...providerRoutes,
  }),
);

/** Every address that answers, for tests that must not forget one. */
export const identityPaths: readonly string[] = [...ROUTES.keys()];

/**
 * Stands before the embedded service: lets through only the routes above, from our own pages or
 * from programs, with a bounded JSON body of which only known fields go on. Every refusal is
 * `{code, message}`, and the message is a sentence for people.
 */
export function createIdentityDoor(options: IdentityDoorOptions) {
  const limiter = createAttemptLimiter({
    attemptsMax: Math.max(1, Math.round(ACCOUNT_ATTEMPTS_MAX * options.rateLimitFactor)),
    windowMs: ACCOUNT_WINDOW_MS,
    now: options.now,
  });

  return async function answer(request: IdentityRequest): Promise<Response> {
    try {
      await loadCatalogue(currentLanguage());
      const response = await answerChecked({ request, options, limiter });
      if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
      return response;
    } catch (error) {
      options.log("error", "identity request failed", {
        path: request.path.slice(0, 60),
        error: error instanceof Error ? error.message : "unknown",
      });
      return refuse(500, "INTERNAL");
    }
  };
}

async function answerChecked(call: RouteCall): Promise<Response> {
  const { request, options } = call;
  const route = ROUTES.get(request.path);
  if (!route) return refuse(404, "NOT_FOUND");
  if (request.method !== route.method) {
    const response = refuseWith(405, "METHOD_NOT_ALLOWED", `Use ${route.method} for this address.`);
    response.headers.set("allow", route.method);
    return response;
  }
  if (route.method === "GET") return route.answer(call);

  const facts = {
    origin: request.header("origin"),
    host: request.header("host"),
    isFromBrowser: ["sec-fetch-site", "referer"].some((name) => request.header(name) !== null),
  };
  if (!isOwnOrigin(facts, options.publicUrl)) return refuse(403, "INVALID_ORIGIN");
  const body = await readJson(request, route);
  if (body instanceof Response) return body;
  return route.answer(call, body);
}

/** The body as an object, or the refusal to send instead. */
async function readJson(
  request: IdentityRequest,
  { takesBody, bodyBytesMax = BODY_BYTES_MAX }: { takesBody: boolean; bodyBytesMax?: number },
): Promise<Record<string, unknown> | Response> {
  const text = await request.readBody(bodyBytesMax);
  if (text === null) return refuse(413, "TOO_LARGE");
  if (text === "" && !takesBody) return {};
  // A form on another site can send anything but this type without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.header("content-type") ?? "")) {
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE");
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) {
      return body as Record<string, unknown>;
    }
  } catch {
    // Falls through to the same answer as any other body that is not an object.
  }
  return refuse(400, "INVALID_JSON");
}

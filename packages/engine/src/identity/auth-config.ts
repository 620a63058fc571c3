/** Who may issue tokens for the functions. */
export type AuthProvider = OidcProvider | CustomJwtProvider;

/** An OpenID Connect issuer that publishes where its keys are. */
export interface OidcProvider {
  type: "oidc";
  /** With its scheme, without a slash at the end. */
  issuer: string;
  applicationId: string;
}

/** Any issuer of JWTs, with its keys and its one algorithm. */
export interface CustomJwtProvider {
  type: "customJwt";
  /** With its scheme, without a slash at the end. */
  issuer: string;
  /** Where the key set is: an http(s) or a `data:` URL. */
  jwks: string;
  algorithm: "RS256" | "ES256";
  /** `null`: tokens for any audience are taken. */
  applicationId: string | null;
}

const PROVIDERS_MAX = 20;

/**
 * Reads the default export of `auth.config.ts`.
 *
 * @param exported `undefined` when there is no such file: then nobody can sign in.
 * @throws Error with a sentence for the author of the file.
 * Source: convex 1.48 `server/authentication.ts`; SPEC ID1, ID2.
 */
export function parseAuthConfig(exported: unknown): AuthProvider[] {
  if (exported === undefined) return [];
  if (!isRecord(exported) || !Array.isArray(exported.providers)) {
    throw new Error("The default export of auth.config.ts must be an object with `providers`.");
  }
  if (exported.providers.length > PROVIDERS_MAX) {
    throw new Error(`auth.config.ts may name at most ${PROVIDERS_MAX} providers.`);
  }
  return exported.providers.map((provider, i) => parseProvider(provider, i + 1));
}

/** An issuer as it is compared: a bare domain means https, and a slash at the end means nothing. */
export function normalizeIssuer(issuer: string): string {
  const withScheme = /^https?:\/\//i.test(issuer) ? issuer : `https://${issuer}`;
  return withScheme.replace(/\/+$/, "");
}

/** How a provider is named to the person who has to find out why a token fits none. */
export function describeProvider(provider: AuthProvider): string {
  const { issuer, applicationId } = provider;
  return provider.type === "oidc"
    ? `OIDC(domain=${issuer}, app_id=${applicationId})`
    : `CustomJWT(issuer=${issuer}, app_id=${applicationId ?? "<any>"})`;
}

function parseProvider(json: unknown, position: number): AuthProvider {
  if (!isRecord(json)) throw wrong(position, "must be an object");
  switch (json.type) {
    case "customJwt":
      return {
        type: "customJwt",
        issuer: issuer(json.issuer, "issuer", position),
        jwks: keySetUrl(json.jwks, position),
        algorithm: algorithm(json.algorithm, position),
        applicationId:
          json.applicationID === undefined
            ? null
            : text(json.applicationID, "applicationID", position),
      };
    case undefined:
    case "oidc":
      return {
        type: "oidc",
        issuer: issuer(json.domain, "domain", position),
        applicationId: text(json.applicationID, "applicationID", position),
      };
    default:
      throw wrong(position, `has the unknown type ${JSON.stringify(json.type)}`);
  }
}

function issuer(value: unknown, field: string, position: number): string {
  const normalized = normalizeIssuer(text(value, field, position));
  if (!URL.canParse(normalized)) throw wrong(position, `has a \`${field}\` that is not a URL`);
  return normalized;
}

function keySetUrl(value: unknown, position: number): string {
  const url = text(value, "jwks", position);
  if (!/^(https?|data):/i.test(url) || !URL.canParse(url)) {
    throw wrong(position, "must have an http, https or data URL as its `jwks`");
  }
  return url;
}

function algorithm(value: unknown, position: number): "RS256" | "ES256" {
  if (value === "RS256" || value === "ES256") return value;
  throw wrong(position, 'must have "RS256" or "ES256" as its `algorithm`');
}

function text(value: unknown, field: string, position: number): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(position, `has no \`${field}\`; an environment variable may be missing`);
}

function wrong(position: number, what: string): Error {
  return new Error(`Provider ${position} of auth.config.ts ${what}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

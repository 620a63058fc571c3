/** A service elsewhere that vouches for people, as the operator has configured it. */
export type SignInProvider = {
  clientId: string;
  clientSecret: string;
  /** What its button says. */
  name: string;
} & ({ id: "google" | "github" } | { id: "oidc"; issuer: string });

export type SignInProviderId = SignInProvider["id"];

export const signInProviderIds: readonly SignInProviderId[] = ["oidc", "google", "github"];

type Reader = {
  read: (name: string) => string | null;
  complain: (sentence: string) => void;
  /** Whether a host is this machine, where plain http hides nothing from anybody. */
  isLoopbackHost: (hostname: string) => boolean;
};

const NAME_LENGTH_MAX = 40;

/** @returns Those that are configured whole; of the others the operator hears. */
export function parseSignInProviders(reader: Reader): SignInProvider[] {
  return [
    parseOidc(reader),
    parseKnown(reader, { id: "google", name: "Google", prefix: "GOOGLE" }),
    parseKnown(reader, { id: "github", name: "GitHub", prefix: "GITHUB" }),
  ].filter((provider) => provider !== null);
}

function parseOidc(reader: Reader): SignInProvider | null {
  const { read, complain } = reader;
  const names = ["PARLEY_OIDC_ISSUER", "PARLEY_OIDC_CLIENT_ID", "PARLEY_OIDC_CLIENT_SECRET"];
  const values = readAll(reader, "Single sign-on", names);
  const name = read("PARLEY_OIDC_NAME");
  if (name !== null && name.length > NAME_LENGTH_MAX) {
    complain(`PARLEY_OIDC_NAME must have at most ${NAME_LENGTH_MAX} characters.`);
  }
  if (values === null) return null;
  const [issuerText = "", clientId = "", clientSecret = ""] = values;
  const issuer = parseIssuer(issuerText, reader);
  if (issuer === null) {
    complain(
      "PARLEY_OIDC_ISSUER must be the issuer's https address, such as https://id.example.org/realms/team; plain http is accepted only on this machine.",
    );
    return null;
  }
  return { id: "oidc", name: name ?? new URL(issuer).host, issuer, clientId, clientSecret };
}

function parseKnown(
  reader: Reader,
  { id, name, prefix }: { id: "google" | "github"; name: string; prefix: string },
): SignInProvider | null {
  const names = [`${prefix}_CLIENT_ID`, `${prefix}_CLIENT_SECRET`];
  const values = readAll(reader, `Sign-in with ${name}`, names);
  if (values === null) return null;
  const [clientId = "", clientSecret = ""] = values;
  return { id, name, clientId, clientSecret };
}

/** All of them or none. */
function readAll({ read, complain }: Reader, what: string, names: string[]): string[] | null {
  const values = names.map((name) => read(name));
  const missing = names.filter((_, place) => values[place] === null);
  if (missing.length === names.length) return null;
  if (missing.length === 0) return values.filter((value) => value !== null);
  complain(`${what} is only half configured: set ${missing.join(" and ")} too, or none of them.`);
  return null;
}

/** An address with a path but without a slash at its end, to which the path of discovery is added. */
function parseIssuer(text: string, { isLoopbackHost }: Reader): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isBare = url.search === "" && url.hash === "" && url.username === "" && !url.password;
  const isSafe =
    url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
  return isBare && isSafe ? url.href.replace(/\/$/, "") : null;
}

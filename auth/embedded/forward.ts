import { refuseHaste, refuseWith } from "./answers";
import { CLIENT_ADDRESS_HEADER } from "./configuration";
import type { IdentityRequest } from "./door";
import { refusalSentence } from "./refusal-text";
import type { EmbeddedIdentity } from "./server";

export type ForwardOptions = { identity: EmbeddedIdentity; publicUrl: string };

/** The headers with which the library is asked, by HTTP or by its own calls: no other ones reach it. */
export function headersFor(request: IdentityRequest, publicUrl: string): Headers {
  const headers = new Headers({ origin: publicUrl, accept: "application/json" });
  headers.set(CLIENT_ADDRESS_HEADER, request.clientAddress);
  for (const name of ["cookie", "user-agent"]) {
    const value = request.header(name);
    if (value) headers.set(name, value);
  }
  return headers;
}

/** Has the library answer, and lets out of its answer only what an answer is made of. */
export async function forward(
  request: IdentityRequest,
  { identity, publicUrl }: ForwardOptions,
  body: object | null,
  path = request.path,
): Promise<Response> {
  const headers = headersFor(request, publicUrl);
  if (body) headers.set("content-type", "application/json");
  const response = await identity.handle(
    new Request(`${publicUrl}/api/auth/${path}`, {
      method: request.method,
      headers,
      body: body ? JSON.stringify(body) : null,
    }),
  );
  return passOn(response, path, { identity, publicUrl });
}

/** What an answer of the library, asked for an address of its, becomes for the client. */
export async function passOn(
  response: Response,
  path: string,
  { identity, publicUrl }: ForwardOptions,
): Promise<Response> {
  if (response.ok) return copyAnswer(response);
  const retryAfter = response.headers.get("x-retry-after");
  // Without one it is an account that takes no codes for a while, which has a sentence of its own.
  if (response.status === 429 && retryAfter !== null) return refuseHaste(Number(retryAfter));
  const refusal = await readRefusal(response);
  if (path === "token" && response.status === 401) {
    // A cookie that opens nothing would have the pages believe that somebody is signed in.
    refusal.headers.append("set-cookie", expireCookie(identity.sessionCookieName, publicUrl));
  }
  return refusal;
}

function copyAnswer(response: Response): Response {
  const headers = new Headers({ "content-type": "application/json" });
  for (const cookie of response.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(response.body, { status: response.status, headers });
}

async function readRefusal(response: Response): Promise<Response> {
  const answer: unknown = await response.json().catch(() => null);
  const code =
    typeof answer === "object" && answer !== null && "code" in answer ? answer.code : null;
  const fallback = response.status === 401 ? "UNAUTHENTICATED" : "REFUSED";
  const isUsable = typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code);
  // The service's own word for it, and the contract's everywhere else.
  const usableCode = isUsable && code !== "UNAUTHORIZED" ? code : fallback;
  // Only links name an account: it was deleted after its link was made.
  const knownCode = usableCode === "USER_NOT_FOUND" ? "INVALID_TOKEN" : usableCode;
  const sentence =
    knownCode === "UNAUTHENTICATED"
      ? "Nobody is signed in."
      : refusalSentence(response.status, { code: knownCode }, null);
  const field = FIELD_OF[knownCode];
  return refuseWith(response.status, knownCode, sentence, field === undefined ? {} : { field });
}

/** What was wrong about a request, where the library's code can only mean one field. */
const FIELD_OF: Record<string, string | undefined> = {
  INVALID_PASSWORD: "currentPassword",
  INVALID_CODE: "code",
  INVALID_BACKUP_CODE: "code",
};

function expireCookie(name: string, publicUrl: string): string {
  const secure = publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`;
}

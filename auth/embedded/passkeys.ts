import { t } from "@/features/language/t";
import { get, post, type ServiceOutcome } from "./service-request";

export type Passkey = { id: string; name: string | null; createdAt: string | null };

type Library = typeof import("@simplewebauthn/browser");

/** Whether this browser, on this page, can use passkeys at all: they need https or this machine. */
export function canUsePasskeys(): boolean {
  return window.isSecureContext && "PublicKeyCredential" in window;
}

/** Signs in with a passkey that the browser asks for. */
export async function signInWithPasskey(): Promise<ServiceOutcome> {
  type Options = Parameters<Library["startAuthentication"]>[0]["optionsJSON"];
  const options = await get<Options>("passkey/generate-authenticate-options");
  if (!options.ok) return options;
  return withDevice(async ({ startAuthentication }) => {
    const response = await startAuthentication({ optionsJSON: options.next });
    return post("passkey/verify-authentication", { response });
  });
}

/** Makes a passkey on this device, or on one that the browser reaches, and adds it to the account. */
export async function addPasskey(name: string): Promise<ServiceOutcome> {
  type Options = Parameters<Library["startRegistration"]>[0]["optionsJSON"];
  const options = await get<Options>("passkey/generate-register-options");
  if (!options.ok) return options;
  return withDevice(async ({ startRegistration }) => {
    const response = await startRegistration({ optionsJSON: options.next });
    return post("passkey/verify-registration", { response, name });
  });
}

export function renamePasskey(id: string, name: string): Promise<ServiceOutcome> {
  return post("passkey/update-passkey", { id, name });
}

export function removePasskey(id: string): Promise<ServiceOutcome> {
  return post("passkey/delete-passkey", { id });
}

async function withDevice(
  act: (library: Library) => Promise<ServiceOutcome>,
): Promise<ServiceOutcome> {
  try {
    // Few people need it, and those only here.
    return await act(await import("@simplewebauthn/browser"));
  } catch (error) {
    return { ok: false, status: null, sentence: deviceSentence(error) };
  }
}

/** What the browser gives as reasons; `name` is the one stable part of them. */
function deviceSentence(error: unknown): string {
  switch (error instanceof Error ? error.name : "") {
    case "InvalidStateError":
      return t("passkey.exists");
    case "NotAllowedError":
    case "AbortError":
      return t("passkey.cancelled");
    case "SecurityError":
      return t("passkey.wrongAddress");
    default:
      return t("service.unknown");
  }
}

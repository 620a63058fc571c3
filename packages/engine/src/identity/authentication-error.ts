/** Why a token is refused, as clients of Convex know the codes. */
export type AuthenticationErrorCode =
  | "NoAuthProvider"
  | "InvalidAuthHeader"
  | "AuthProviderDiscoveryFailed"
  | "BadAdminKey";

/** A token is refused. The message goes to its bearer. */
export class AuthenticationError extends Error {
  override readonly name = "AuthenticationError";
  readonly code: AuthenticationErrorCode;

  constructor(code: AuthenticationErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

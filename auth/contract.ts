/** Who is using this browser, as far as the identity service has said. */
export type Identity = {
  /**
   * `signed-in` also while offline: only the identity service's own refusal signs anybody out.
   * Convex may still be confirming the token; queries wait for that by themselves.
   */
  status: "loading" | "signed-in" | "signed-out";
  /** The identity's subject, which the data calls `clerkId`; `null` unless signed in. */
  userId: string | null;
  name: string | null;
  email: string | null;
  imageUrl: string | null;
  /** Whether the server's own rooms are worth showing; the service decides anew about every act. */
  isAdmin: boolean;
};

/**
 * Ends the session here and in this browser's other tabs, then opens the sign-in page.
 *
 * Rejects with an `Error` whose message is meant for people when the identity service cannot be
 * reached, because then the session still lives.
 */
export type SignOut = () => Promise<void>;

/** What each identity service hands to the hooks of this door. */
export type IdentityValue = {
  identity: Identity;
  signOut: SignOut;
  /** Asks the service whether the session still lives; when it does not, the sign-in page opens. */
  checkSession: () => void;
};

export const LOADING_IDENTITY: Identity = {
  status: "loading",
  userId: null,
  name: null,
  email: null,
  imageUrl: null,
  isAdmin: false,
};

export const SIGNED_OUT_IDENTITY: Identity = { ...LOADING_IDENTITY, status: "signed-out" };

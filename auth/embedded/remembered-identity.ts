import { browserStorage } from "@/lib/browser-storage";
import { type Identity, LOADING_IDENTITY } from "../contract";

const KEY = "parley:last-identity";

/**
 * Who was last signed in here, until the service says who is now: so the frame and the copies of what
 * was seen last need no answer from anywhere. It opens nothing; every query needs a token of its own.
 */
export function recallIdentity(): Identity {
  try {
    const stored: unknown = JSON.parse(browserStorage()?.getItem(KEY) ?? "null");
    const { userId } = (stored ?? {}) as Partial<Identity>;
    if (typeof userId !== "string" || userId === "") return LOADING_IDENTITY;
    return { ...LOADING_IDENTITY, ...(stored as Partial<Identity>), status: "signed-in" };
  } catch {
    // Storage that is forbidden, or holds something else.
    return LOADING_IDENTITY;
  }
}

/** Keeps who is signed in; forgets them once nobody is. */
export function rememberIdentity(identity: Identity): void {
  if (identity.status === "loading") return;
  try {
    if (identity.status === "signed-out") browserStorage()?.removeItem(KEY);
    else browserStorage()?.setItem(KEY, JSON.stringify(identity));
  } catch {
    // A full storage only costs the head start.
  }
}

import { recallIdentity } from "./embedded/remembered-identity";

/** Who was here last, to begin with before the service has said who is now; `null` for nobody, or Clerk's. */
export function recallUserId(): string | null {
  return recallIdentity().userId;
}

import { get } from "./service-request";

/** Account, devices and passkeys, as their owner may see them. */
export async function readAccount(): Promise<object> {
  const [account, devices, passkeys] = await Promise.all(
    ["account", "sessions", "passkey/list-user-passkeys"].map(async (path) => {
      const outcome = await get<unknown>(path);
      if (!outcome.ok) throw new Error(outcome.sentence);
      return outcome.next;
    }),
  );
  return { ...(account as object), devices, passkeys };
}

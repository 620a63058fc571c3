/** The part of `navigator.locks` that is used; only secure contexts have it. */
export type Locks = Pick<LockManager, "request">;

export type Leadership = {
  /** Becomes the leader now, whoever is; for when the leader seems to be stuck. */
  takeOver: () => void;
  /** Gives the lead, or the hope for it, up. */
  stop: () => void;
};

/**
 * Lets one tab at a time lead. The others wait in line: when the leader is closed or crashes, the
 * browser gives the lead to the next.
 *
 * Without locks, as over plain http, every tab leads. Whoever leads must do nothing that is wrong when
 * two do it.
 *
 * @param lead Called on becoming the leader; what it returns is called when that is over.
 */
export function seekLeadership(
  name: string,
  locks: Locks | undefined,
  lead: () => () => void,
): Leadership {
  if (!locks) return { takeOver() {}, stop: lead() };
  let isStopped = false;
  let resign: (() => void) | null = null;
  const patience = new AbortController();

  const request = (options: LockOptions) => {
    locks
      .request(name, options, () => {
        if (isStopped) return;
        const end = lead();
        return new Promise<void>((resolve) => {
          resign = () => {
            resign = null;
            end();
            resolve();
          };
        });
      })
      .catch(() => {
        // Somebody has taken over, or the wait was given up.
        resign?.();
        if (!isStopped) request({ signal: patience.signal });
      });
  };
  request({ signal: patience.signal });
  return {
    takeOver() {
      if (resign === null && !isStopped) request({ steal: true });
    },
    stop() {
      isStopped = true;
      patience.abort();
      resign?.();
    },
  };
}

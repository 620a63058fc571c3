"use client";

import { ConvexProviderWithAuth, type ConvexReactClient } from "convex/react";
import { usePathname } from "next/navigation";
import {
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { type Identity, LOADING_IDENTITY, SIGNED_OUT_IDENTITY, type SignOut } from "../contract";
import { endPresenceBriefly } from "../end-presence";
import { IdentityContext } from "../identity-context";
import { leavePage } from "../leave-page";
import { isEntrancePage, signInPathFor } from "../safe-redirect";
import { openTabChannel, type TabChannel } from "../tab-channel";
import { LeaveRefusal } from "./leave-refusal";
import { recallIdentity, rememberIdentity } from "./remembered-identity";
import { signOutOfService } from "./service-client";
import { createTokenSource } from "./token-source";

/** The embedded service's session: it knows who is here and keeps Convex supplied with tokens. */
export function EmbeddedSession({
  client,
  children,
}: {
  client: ConvexReactClient;
  children: ReactNode;
}) {
  const [source] = useState(createBrowserTokenSource);
  const tabs = useRef<TabChannel | null>(null);
  // The server shows these pages only to people without a session; there is nothing to ask.
  const isVisitor = isEntrancePage(usePathname());
  const known = useSyncExternalStore(source.subscribe, source.getIdentity, () => LOADING_IDENTITY);
  const identity = isVisitor ? SIGNED_OUT_IDENTITY : known;

  useEffect(() => {
    if (isVisitor) source.forget();
    else source.start();
    const channel = openTabChannel(() => leavePage(() => window.location.reload()));
    tabs.current = channel;
    return () => {
      source.stop();
      channel.close();
    };
  }, [source, isVisitor]);

  useEffect(() => {
    if (isVisitor || identity.status !== "signed-out") return;
    leavePage(() => window.location.replace(signInPathFor(window.location)));
  }, [identity.status, isVisitor]);

  // Signed in until the service says otherwise: so the client waits for the token from its first
  // moment on. On the sign-in page it is told nothing and does not even connect.
  const useAuth = useCallback(
    () => ({
      isLoading: isVisitor,
      isAuthenticated: !isVisitor,
      fetchAccessToken: source.fetchAccessToken,
    }),
    [isVisitor, source],
  );

  const [isLeaving, setIsLeaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const signOut = useCallback<SignOut>(async () => {
    await endPresenceBriefly(client);
    // Off the screen first: the moment the session is over, every query of the page is refused.
    setIsLeaving(true);
    setRefusal(null);
    try {
      await signOutOfService();
    } catch (error) {
      setIsLeaving(false);
      setRefusal(error instanceof Error ? error.message : String(error));
      throw error;
    }
    source.forget();
    tabs.current?.announceChange();
    leavePage(() => window.location.replace("/sign-in"));
  }, [client, source]);

  const checkSession = useCallback(() => {
    void source.checkSession();
  }, [source]);

  const value = useMemo(
    () => ({ identity, signOut, checkSession }),
    [identity, signOut, checkSession],
  );
  return (
    <IdentityContext value={value}>
      <ConvexProviderWithAuth client={client} useAuth={useAuth}>
        {isLeaving ? null : children}
        {refusal && <LeaveRefusal sentence={refusal} onClose={() => setRefusal(null)} />}
      </ConvexProviderWithAuth>
    </IdentityContext>
  );
}

function createBrowserTokenSource() {
  let recalled = typeof window === "undefined" ? LOADING_IDENTITY : recallIdentity();
  const forget = () => {
    recalled = LOADING_IDENTITY;
    rememberIdentity(SIGNED_OUT_IDENTITY);
  };
  const startAfresh = () => {
    forget();
    leavePage(() => window.location.reload());
  };
  const source = createTokenSource({
    fetch: (...request) => window.fetch(...request),
    now: () => performance.now(),
    random: Math.random,
    wait: waitOrOnline,
    onSessionReplaced: startAfresh,
  });
  source.subscribe(() => {
    const { userId } = source.getIdentity();
    // What was recalled was wrong, and so is what the page shows.
    if (userId !== null && recalled.userId !== null && userId !== recalled.userId) startAfresh();
    else rememberIdentity(source.getIdentity());
  });
  return {
    ...source,
    forget,
    getIdentity(): Identity {
      const identity = source.getIdentity();
      return identity.status === "loading" ? recalled : identity;
    },
    async fetchAccessToken(options: { forceRefreshToken: boolean }): Promise<string | null> {
      const token = await source.fetchAccessToken(options);
      // The session is over and the page is about to go. Told so, the client would ask every query
      // again without a token, and the page would end in errors.
      return token ?? new Promise(() => undefined);
    },
  };
}

function waitOrOnline(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    window.addEventListener("online", finish);
  });
}

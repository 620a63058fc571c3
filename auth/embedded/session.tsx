"use client";

import { ConvexProviderWithAuth, type ConvexReactClient } from "convex/react";
import {
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { LOADING_IDENTITY, type SignOut } from "../contract";
import { endPresenceBriefly } from "../end-presence";
import { IdentityContext } from "../identity-context";
import { isSignPage, signInPathFor } from "../safe-redirect";
import { openTabChannel, type TabChannel } from "../tab-channel";
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
  const identity = useSyncExternalStore(
    source.subscribe,
    source.getIdentity,
    () => LOADING_IDENTITY,
  );

  useEffect(() => {
    source.start();
    const channel = openTabChannel(() => window.location.reload());
    tabs.current = channel;
    return () => {
      source.stop();
      channel.close();
    };
  }, [source]);

  useEffect(() => {
    if (identity.status !== "signed-out" || isSignPage(window.location.pathname)) return;
    window.location.replace(signInPathFor(window.location));
  }, [identity.status]);

  const useAuth = useCallback(
    () => ({
      // Signed out counts as loading too: then the client neither connects for nothing on the
      // sign-in page, nor re-asks every query without a token in the moment before the page goes.
      isLoading: identity.status !== "signed-in",
      isAuthenticated: identity.status === "signed-in",
      fetchAccessToken: source.fetchAccessToken,
    }),
    [identity.status, source],
  );

  const signOut = useCallback<SignOut>(async () => {
    await endPresenceBriefly(client);
    await signOutOfService();
    tabs.current?.announceChange();
    window.location.replace("/sign-in");
  }, [client]);

  const value = useMemo(() => ({ identity, signOut }), [identity, signOut]);
  return (
    <IdentityContext value={value}>
      <ConvexProviderWithAuth client={client} useAuth={useAuth}>
        {children}
      </ConvexProviderWithAuth>
    </IdentityContext>
  );
}

function createBrowserTokenSource() {
  return createTokenSource({
    fetch: (...request) => window.fetch(...request),
    now: () => performance.now(),
    random: Math.random,
    wait: waitOrOnline,
    onPersonChanged: () => window.location.reload(),
  });
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

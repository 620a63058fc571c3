"use client";

import { ClerkProvider, useAuth, useClerk, useUser } from "@clerk/nextjs";
import type { ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
import { usePathname } from "next/navigation";
import { type ReactNode, useCallback, useEffect, useMemo } from "react";
import { type Identity, LOADING_IDENTITY, SIGNED_OUT_IDENTITY, type SignOut } from "../contract";
import { endPresenceBriefly } from "../end-presence";
import { IdentityContext } from "../identity-context";
import { leavePage } from "../leave-page";
import { isEntrancePage, signInPathFor } from "../safe-redirect";

/** Clerk's session, with Convex's own provider for it, unchanged. */
export function ClerkSession({
  client,
  publishableKey,
  children,
}: {
  client: ConvexReactClient;
  publishableKey: string;
  children: ReactNode;
}) {
  return (
    <ClerkProvider
      publishableKey={publishableKey}
      signInUrl="/sign-in"
      signUpUrl="/sign-up"
      signInFallbackRedirectUrl="/messages"
      signUpFallbackRedirectUrl="/messages"
      afterSignOutUrl="/sign-in"
      telemetry={false}
    >
      <ConvexProviderWithClerk client={client} useAuth={useAuth}>
        <ClerkIdentity client={client}>{children}</ClerkIdentity>
      </ConvexProviderWithClerk>
    </ClerkProvider>
  );
}

function ClerkIdentity({ client, children }: { client: ConvexReactClient; children: ReactNode }) {
  const { isLoaded, isSignedIn, user } = useUser();
  const clerk = useClerk();

  const identity = useMemo<Identity>(() => {
    if (!isLoaded) return LOADING_IDENTITY;
    if (!isSignedIn) return SIGNED_OUT_IDENTITY;
    return {
      status: "signed-in",
      userId: user.id,
      name: user.fullName ?? user.username ?? null,
      email: user.primaryEmailAddress?.emailAddress ?? null,
      imageUrl: user.hasImage ? user.imageUrl : null,
      // Only Clerk's dashboard and back end write this; see docs/hosted.md.
      isAdmin: ["owner", "admin"].includes(String(user.publicMetadata.role)),
    };
  }, [isLoaded, isSignedIn, user]);

  const signOut = useCallback<SignOut>(async () => {
    await endPresenceBriefly(client);
    // Clerk tells this browser's other tabs by itself.
    await clerk.signOut({ redirectUrl: "/sign-in" });
  }, [client, clerk]);

  const isVisitor = isEntrancePage(usePathname());
  useEffect(() => {
    if (identity.status !== "signed-out" || isVisitor) return;
    leavePage(() => window.location.replace(signInPathFor(window.location)));
  }, [identity.status, isVisitor]);

  const checkSession = useCallback(() => {
    // Clerk takes a refusal as the end of the session by itself, and out of reach it says nothing.
    clerk.session?.reload().catch(() => undefined);
  }, [clerk]);

  const value = useMemo(
    () => ({ identity, signOut, checkSession }),
    [identity, signOut, checkSession],
  );
  // Nothing below may ask Convex before Convex waits for a token, which it does once Clerk has loaded.
  const mayAsk = isVisitor || identity.status === "signed-in";
  return <IdentityContext value={value}>{mayAsk ? children : null}</IdentityContext>;
}

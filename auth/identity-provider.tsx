"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { PatientRows } from "@/components/ui/patient-rows";
import { t } from "@/features/language/t";
import type { PublicConfig } from "@/lib/public-config";
import { createConvexClient } from "./convex-client";
import { EmbeddedSession } from "./embedded/session";
import { PublicConfigContext } from "./identity-context";
import { SessionBoundary } from "./session-boundary";
import { SessionWatch } from "./session-watch";
import { SyncUser } from "./sync-user";

// A chunk of its own: who runs the embedded service never loads a byte of Clerk.
const ClerkSession = dynamic(() => import("./clerk/session").then((room) => room.ClerkSession), {
  loading: () => <PatientRows label={t("admin.loading")} />,
});

/**
 * Signs the stock Convex client in with whichever identity service the server uses, and answers
 * `useIdentity` and `useSignOut` below it. The service is fixed for the life of the page.
 */
export function IdentityProvider({
  config,
  children,
}: {
  config: PublicConfig;
  children: ReactNode;
}) {
  const [client] = useState(() => createConvexClient(config));
  const page = (
    <>
      <SyncUser client={client} />
      <SessionWatch client={client} />
      <SessionBoundary>{children}</SessionBoundary>
    </>
  );
  return (
    <PublicConfigContext value={config}>
      {config.authMode === "clerk" ? (
        <ClerkSession client={client} publishableKey={config.clerkPublishableKey ?? ""}>
          {page}
        </ClerkSession>
      ) : (
        <EmbeddedSession client={client}>{page}</EmbeddedSession>
      )}
    </PublicConfigContext>
  );
}

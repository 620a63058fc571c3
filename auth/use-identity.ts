"use client";

import { use } from "react";
import type { PublicConfig } from "@/lib/public-config";
import type { Identity, IdentityValue, SignOut } from "./contract";
import { IdentityContext, PublicConfigContext } from "./identity-context";

/** Who is using this browser. All fields but `status` are `null` unless signed in. */
export function useIdentity(): Identity {
  return useIdentityValue().identity;
}

/** A stable function that signs out, see {@link SignOut}. */
export function useSignOut(): SignOut {
  return useIdentityValue().signOut;
}

/** A stable function that has the identity service look at this session again. */
export function useCheckSession(): () => void {
  return useIdentityValue().checkSession;
}

/** The configuration that `IdentityProvider` was given. */
export function usePublicConfig(): PublicConfig {
  const config = use(PublicConfigContext);
  if (!config) throw new Error("IdentityProvider must be above every use of this hook.");
  return config;
}

function useIdentityValue(): IdentityValue {
  const value = use(IdentityContext);
  if (!value) throw new Error("IdentityProvider must be above every use of this hook.");
  return value;
}

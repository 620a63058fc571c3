"use client";

import { createContext } from "react";
import type { PublicConfig } from "@/lib/public-config";
import type { IdentityValue } from "./contract";

/** Filled by the session component of whichever service is in use. */
export const IdentityContext = createContext<IdentityValue | null>(null);

/** What the server told this page about itself; the screens of this door read it. */
export const PublicConfigContext = createContext<PublicConfig | null>(null);

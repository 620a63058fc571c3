"use client";

import dynamic from "next/dynamic";
import { usePublicConfig } from "./use-identity";

const Embedded = dynamic(() =>
  import("./embedded/account/account-section").then((room) => room.AccountSection),
);
const Clerk = dynamic(() => import("./clerk/account-section").then((room) => room.AccountSection));

/** One's own account, as whichever identity service the server uses lets it be changed. */
export function AccountSection() {
  return usePublicConfig().authMode === "clerk" ? <Clerk /> : <Embedded />;
}

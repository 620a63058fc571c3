"use client";

import { UserProfile } from "@clerk/nextjs";

/** Clerk's own account page, which holds addresses, passwords, second factors and devices. */
export function AccountSection() {
  return <UserProfile routing="hash" />;
}

import type { Metadata } from "next";
import { AccountScreen } from "@/features/profile/account-screen";

export const metadata: Metadata = { title: "Account · Parley" };

export default function AccountPage() {
  return <AccountScreen />;
}

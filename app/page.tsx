import { redirect } from "next/navigation";
import { HOME_PATH } from "@/auth/safe-redirect";

export default function FrontDoor() {
  redirect(HOME_PATH);
}

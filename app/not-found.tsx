import { MissingPage } from "@/features/navigation/missing-page";

export default function NotFound() {
  return <MissingPage />;
}

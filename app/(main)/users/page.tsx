import { PeopleScreen } from "@/features/users/people-screen";

export default function UsersPage() {
  return <PeopleScreen />;
}

import { MessagesScreen } from "@/features/navigation/messages-screen";

export default function MessagesPage() {
  return <MessagesScreen />;
}

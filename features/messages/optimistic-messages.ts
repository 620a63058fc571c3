import type { OptimisticLocalStore } from "convex/browser";
import { optimisticallyUpdateValueInPaginatedQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { api } from "@/convex/_generated/api";

type Message = FunctionReturnType<typeof api.messages.getMessagesBetween>[number];

/** Shows a change of messages of one conversation at once, wherever they are loaded. */
export function changeMessages(
  store: OptimisticLocalStore,
  conversationId: string,
  change: (message: Message) => Message,
): void {
  optimisticallyUpdateValueInPaginatedQuery(
    store,
    api.messages.getMessages,
    { conversationId },
    change,
  );
  for (const { args, value } of store.getAllQueries(api.messages.getMessagesBetween)) {
    if (args.conversationId !== conversationId || value === undefined) continue;
    store.setQuery(api.messages.getMessagesBetween, args, value.map(change));
  }
}

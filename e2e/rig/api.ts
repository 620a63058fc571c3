// Parley from a stock client's side: the names and shapes of the function contract, without a browser.
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type PaginationResult } from "convex/server";

const newest = { numItems: 50, cursor: null };

interface PersonRow {
  clerkId: string;
  name: string;
}

interface ConversationRow {
  conversationId: string;
  participants: string[];
  unreadCount: number;
}

interface MessageRow {
  _id: string;
  senderId: string;
  content: string;
  isDeleted: boolean;
}

export class ParleyClient {
  readonly client: ConvexHttpClient;

  constructor(url: string, token: string | null) {
    this.client = new ConvexHttpClient(`${url}/convex`);
    if (token !== null) this.client.setAuth(token);
  }

  /** Runs any function by its name, so that names and arguments that are wrong can be tried too. */
  mutate(name: string, args: Record<string, unknown>): Promise<unknown> {
    return this.client.mutation(makeFunctionReference<"mutation">(name), args as never);
  }

  ask(name: string, args: Record<string, unknown>): Promise<unknown> {
    return this.client.query(makeFunctionReference<"query">(name), args as never);
  }

  async me(): Promise<PersonRow> {
    return (await this.ask("users:getCurrentUser", {})) as PersonRow;
  }

  async conversations(): Promise<ConversationRow[]> {
    const answer = await this.ask("conversations:getUserConversations", { paginationOpts: newest });
    return (answer as PaginationResult<ConversationRow>).page;
  }

  async messages(conversationId: string): Promise<MessageRow[]> {
    const answer = await this.ask("messages:getMessages", {
      conversationId,
      paginationOpts: newest,
    });
    return (answer as PaginationResult<MessageRow>).page;
  }

  async conversationWith(userId: string): Promise<string> {
    const { clerkId } = await this.me();
    const participantIds = [clerkId, userId];
    return (await this.mutate("conversations:getOrCreateConversation", {
      participantIds,
    })) as string;
  }
}

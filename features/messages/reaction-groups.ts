import type { Reaction } from "./chat-message";

export type ReactionGroup = {
  emoji: string;
  count: number;
  /** Whether the viewer is among them. */
  isMine: boolean;
  userIds: string[];
};

/** The six that are one tap away. */
export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** Reactions by emoji, in the order in which each was first given. */
export function groupReactions(
  reactions: readonly Reaction[],
  viewerId: string | null,
): ReactionGroup[] {
  const groups = new Map<string, ReactionGroup>();
  for (const { emoji, userId } of reactions) {
    const group = groups.get(emoji) ?? { emoji, count: 0, isMine: false, userIds: [] };
    group.count++;
    group.isMine ||= userId === viewerId;
    group.userIds.push(userId);
    groups.set(emoji, group);
  }
  return [...groups.values()];
}

/** The reactions after the viewer's tap on an emoji: given, or taken back. */
export function toggleReaction(
  reactions: readonly Reaction[],
  emoji: string,
  viewerId: string,
): Reaction[] {
  const without = reactions.filter((one) => one.emoji !== emoji || one.userId !== viewerId);
  return without.length < reactions.length ? without : [...reactions, { emoji, userId: viewerId }];
}

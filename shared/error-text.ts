import type { ErrorCode, RefusalFacts } from "./error-codes";
import type { FieldName } from "./field-names";

const nouns: Record<FieldName, string> = {
  content: "message",
  clientMessageId: "message number",
  groupName: "group name",
  participantIds: "list of people",
  conversationIds: "list of conversations",
  messageIds: "list of messages",
  messageId: "message",
  replyTo: "message",
  userId: "person",
  userIds: "list of people",
  emoji: "reaction",
  search: "search",
  language: "language",
  tabId: "tab name",
};

/** The sentence a person reads for a refusal. Written here and nowhere else. */
export function errorText(code: ErrorCode, facts: RefusalFacts = {}): string {
  const noun = facts.field === undefined ? "input" : nouns[facts.field];
  switch (code) {
    case "unauthenticated":
      return "Please sign in again.";
    case "suspended":
      return "This account is on hold. Ask the person who runs this server.";
    case "not_found":
      return "This does not exist, or it is not shared with you.";
    case "forbidden":
      return forbiddenText(facts);
    case "invalid":
      return invalidText(noun, facts);
    case "too_long":
      return facts.max === undefined
        ? `This ${noun} is too long.`
        : `This ${noun} is too long; ${count(facts.max)} characters are the most.`;
    case "too_many":
      return facts.max === undefined
        ? `This ${noun} has too many entries.`
        : `This is too many at once; ${count(facts.max)} are the most.`;
    case "conflict":
      return "Somebody else changed this at the same time. Please try again.";
    case "rate_limited":
      return facts.retryAfterMs === undefined
        ? "That was a bit fast. Please try again in a moment."
        : `That was a bit fast. Please try again in ${seconds(facts.retryAfterMs)}.`;
  }
  return code satisfies never;
}

function forbiddenText(facts: RefusalFacts): string {
  switch (facts.reason) {
    case "blocked":
      return "You cannot write to this person.";
    case "blocked_by_you":
      return "You have blocked this person. Unblock them to write.";
    case "gone":
      return "This account does not exist any more.";
    case "last_owner":
      return "Make somebody else the owner first.";
    default:
      return "You are not allowed to do this.";
  }
}

function invalidText(noun: string, facts: RefusalFacts): string {
  switch (facts.reason) {
    case "blank":
      return `The ${noun} is empty.`;
    case "deleted":
      return "This message has been deleted.";
    case "same_person":
      return "A conversation needs two different people.";
    case "too_few":
      return facts.min === undefined
        ? "Please choose more people."
        : `At least ${count(facts.min)} people are needed.`;
    case "not_group":
      return "This works in groups only.";
    default:
      return `This ${noun} cannot be used.`;
  }
}

function count(amount: number): string {
  return amount.toLocaleString("en-US");
}

function seconds(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms / 1000));
  return whole === 1 ? "1 second" : `${count(whole)} seconds`;
}

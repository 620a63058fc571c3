/** The inputs that a refusal can point at, by the name of the argument that carried them. */
export type FieldName =
  | "content"
  | "clientMessageId"
  | "groupName"
  | "participantIds"
  | "conversationIds"
  | "messageIds"
  | "messageId"
  | "replyTo"
  | "userId"
  | "userIds"
  | "emoji"
  | "search"
  | "statusText"
  | "language"
  | "tabId"
  | "details";

/**
 * A message that breaks the protocol. Its text goes to the client that sent the message, and names
 * nothing but the message.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/**
 * States what must be true here whatever callers, users and disks do.
 *
 * A failed assertion is a bug of ours: it is not caught for recovery, it fails the request loudly.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}

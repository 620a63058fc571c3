/**
 * Suspends somebody by the embedded service, which decides whether the caller may. With Clerk that is
 * done in Clerk's dashboard.
 *
 * @returns null, or why not, in a sentence for people.
 */
export async function suspendPerson(userId: string): Promise<string | null> {
  const { post } = await import("./embedded/service-request");
  const outcome = await post("admin/suspend", { userId });
  return outcome.ok ? null : outcome.sentence;
}

import { BUILD_ID } from "@/lib/build-id";

/** Which build of the pages this server has, so that pages of an older one can offer to be replaced. */
export function GET(): Response {
  return Response.json({ buildId: BUILD_ID }, { headers: { "cache-control": "no-store" } });
}

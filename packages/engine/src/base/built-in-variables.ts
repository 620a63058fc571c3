/** Variables that every deployment has by itself; whoever sets them elsewhere sets nothing. */
export const BUILT_IN_VARIABLES: ReadonlySet<string> = new Set([
  "CONVEX_CLOUD_URL",
  "CONVEX_SITE_URL",
]);

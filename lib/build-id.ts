/**
 * Names the build that this code is part of, in the browser as on the server: two that differ are of
 * different releases. It is put in by `next.config.ts` when the pages are built.
 */
export const BUILD_ID: string = process.env.NEXT_PUBLIC_BUILD_ID ?? "unknown";

import { randomUUID } from "node:crypto";
import type { NextConfig } from "next";

// Next reads this file in several processes of one build; all of them have the first one's environment.
process.env.PARLEY_BUILD_ID ??= randomUUID();

/** Headers are set in one place for pages, engine and identity service alike: see `server/`. */
const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  env: { NEXT_PUBLIC_BUILD_ID: process.env.PARLEY_BUILD_ID },
  // No optimiser: it fetches addresses on behalf of strangers, and we show nothing that needs it.
  images: { unoptimized: true },
  // `npm test` checks types and style; a start must not do it again on somebody's small server.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};

export default config;

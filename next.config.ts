import type { NextConfig } from "next";

/** Headers are set in one place for pages, engine and identity service alike: see `server/`. */
const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // No optimiser: it fetches addresses on behalf of strangers, and we show nothing that needs it.
  images: { unoptimized: true },
  // `npm test` checks types and style; a start must not do it again on somebody's small server.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};

export default config;

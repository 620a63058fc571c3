import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const resolve = { alias: { "@": root.replace(/\/$/, "") } };

/**
 * Seven suites, one runner. `rules` reads the sources themselves: imports, sizes, documents. `kills`
 * ends engines in the middle of their work and has its own pace. The two
 * `functions` suites are the same files: once on our engine, once on Convex's own `convex-test`, so
 * that the functions stay portable.
 */
export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: "unit",
          include: ["{shared,features,components,lib,auth,server,bench}/**/*.test.{ts,tsx}"],
        },
      },
      {
        resolve,
        test: { name: "rules", include: ["scripts/**/*.test.ts"] },
      },
      {
        resolve,
        test: { name: "engine", include: ["packages/engine/**/*.test.ts"] },
      },
      {
        resolve,
        test: { name: "kills", include: ["packages/engine/test/kills/*.campaign.ts"] },
      },
      {
        resolve: {
          alias: [
            { find: "@", replacement: root.replace(/\/$/, "") },
            { find: /^convex-test$/, replacement: `${root}packages/engine/src/testing/index.ts` },
          ],
        },
        test: { name: "functions-engine", include: ["convex/**/*.test.ts"] },
      },
      {
        resolve,
        test: { name: "functions-stock", include: ["convex/**/*.test.ts"] },
      },
      {
        resolve,
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

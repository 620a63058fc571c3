import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const resolve = { alias: { "@": root.replace(/\/$/, "") } };
const resolveToEngine = {
  alias: [
    { find: "@", replacement: root.replace(/\/$/, "") },
    { find: /^convex-test$/, replacement: `${root}packages/engine/src/testing/index.ts` },
  ],
};
/** What is killed and measured is the process that serves. */
const unsupervised = { PARLEY_SUPERVISOR: "none" };
const oracle = "packages/engine/test/oracle/**/*.test.ts";
const conformance = "packages/engine/test/conformance/**/*.test.ts";

/**
 * Nine suites, one runner. `rules` reads the sources themselves: imports, sizes, documents. `kills`
 * ends engines in the middle of their work and has its own pace. The two
 * `functions` suites are the same files: once on our engine, once on Convex's own `convex-test`, so
 * that the functions stay portable; the two `conformance` suites are so too, to hold the engine to it.
 */
/** Their test doors are TypeScript with globs, which Node cannot load by itself. */
const inlineComponents = { deps: { inline: [/@convex-dev/] } };

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
        test: {
          name: "engine",
          include: ["packages/engine/**/*.test.ts"],
          exclude: [...configDefaults.exclude, conformance, oracle],
          env: unsupervised,
          // What the engine has bundled is ready to run: Node loads it, as it does outside of tests.
          server: { deps: { external: [/parley-functions/] } },
        },
      },
      {
        // SQLite itself, but on simulated files.
        resolve: {
          alias: [
            { find: "@", replacement: root.replace(/\/$/, "") },
            {
              find: /^better-sqlite3$/,
              replacement: `${root}packages/engine/test/simulation/wasm-database.ts`,
            },
          ],
        },
        test: { name: "simulation", include: ["packages/engine/test/simulation/*.campaign.ts"] },
      },
      {
        resolve,
        test: {
          name: "kills",
          include: ["packages/engine/test/kills/*.campaign.ts"],
          env: unsupervised,
        },
      },
      {
        resolve: resolveToEngine,
        test: { name: "functions-engine", include: ["convex/**/*.test.ts"] },
      },
      {
        resolve,
        test: { name: "functions-stock", include: ["convex/**/*.test.ts"] },
      },
      {
        resolve: resolveToEngine,
        test: {
          name: "conformance-engine",
          include: [conformance],
          server: inlineComponents,
          env: { PARLEY_CONFORMANCE: "engine" },
        },
      },
      {
        resolve,
        test: {
          name: "conformance-stock",
          include: [conformance],
          server: inlineComponents,
          env: { PARLEY_CONFORMANCE: "stock" },
        },
      },
      {
        resolve,
        test: { name: "oracle", include: [oracle] },
      },
      {
        resolve,
        test: {
          name: "fuzz",
          include: ["packages/engine/test/fuzz/**/*.fuzz.ts"],
          fileParallelism: false,
          env: unsupervised,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: "e2e",
          // They say what comes, and not how soon: a machine may be slow.
          expect: { poll: { timeout: 10_000 } },
          include: ["e2e/**/*.e2e.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

#!/usr/bin/env node
// `npm run screens`: takes the pictures in docs/screens. Bundles what takes them, which is TypeScript.
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const rootDir = fileURLToPath(new URL("../..", import.meta.url));
const outfile = `${rootDir}.parley/screens.mjs`;
await build({
  entryPoints: [`${rootDir}scripts/screens/main.ts`],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "error",
});
const { main } = await import(pathToFileURL(outfile).href);
await main(rootDir, process.argv.slice(2));

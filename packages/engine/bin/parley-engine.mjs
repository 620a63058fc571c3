#!/usr/bin/env node
// The engine ships as TypeScript source. esbuild, which it needs anyway to bundle user functions,
// turns the command line into one module in about 50 ms: no build step to forget, no stale output.
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const packageDir = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${packageDir}dist/cli.${process.pid}.mjs`;
await build({
  entryPoints: [`${packageDir}src/cli/main.ts`],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
  logLevel: "error",
});
const { main } = await import(pathToFileURL(outfile).href);
await main(process.argv.slice(2));

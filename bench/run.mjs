#!/usr/bin/env node
// `npm run bench`: bundles the benches, which are TypeScript, and runs them. `-- --help` lists the options.
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const rootDir = fileURLToPath(new URL("..", import.meta.url));
const outDir = `${rootDir}.parley/bench/`;

await build({
  // Three programs: what measures, what makes load, and what shows how fast this machine could be.
  entryPoints: [
    { in: `${rootDir}bench/main.ts`, out: "main" },
    { in: `${rootDir}bench/load-generator.ts`, out: "load-generator" },
    { in: `${rootDir}bench/ceiling-server.ts`, out: "ceiling-server" },
  ],
  outdir: outDir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
  logLevel: "error",
});
const { main } = await import(pathToFileURL(`${outDir}main.mjs`).href);
await main({ rootDir, outDir, argv: process.argv.slice(2) });

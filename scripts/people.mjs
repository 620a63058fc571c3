#!/usr/bin/env node
// `npm run people`: accounts from the command line. Prints one answer; trouble is one sentence and exit 1.
import { fileURLToPath } from "node:url";
import { bundleServer, needsServerBundle, peopleBundleUrl } from "./build.mjs";

const rootDir = fileURLToPath(new URL("..", import.meta.url));

try {
  if (needsServerBundle(rootDir)) await bundleServer(rootDir);
  const { runPeopleCommand } = await import(peopleBundleUrl(rootDir));
  console.log(await runPeopleCommand(process.env, process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

#!/usr/bin/env node
// `npm start`: from a fresh clone to a running server in one command, and quick from then on. Plain
// Node at import time. The server runs in this very process, so that signals reach it.
import { fileURLToPath } from "node:url";
import {
  buildPages,
  bundleServer,
  codegenCommand,
  needsCodegen,
  needsPagesBuild,
  needsServerBundle,
  serverBundleUrl,
} from "./build.mjs";
import { INSTALL_ARGUMENTS, needsInstall } from "./install-dependencies.mjs";
import { beginLifecycle, fail } from "./lifecycle.mjs";
import { preflight, StartRefusal } from "./preflight.mjs";

const rootDir = fileURLToPath(new URL("..", import.meta.url));
const lifecycle = beginLifecycle();
process.chdir(rootDir);
process.env.NODE_ENV = "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";
// Next would otherwise end the process by itself, before the engine has closed.
process.env.NEXT_MANUAL_SIG_HANDLE = "1";

try {
  await start();
} catch (error) {
  if (!lifecycle.isStopping()) fail(error);
}

async function start() {
  const run = (command, args) => lifecycle.run(command, args, { cwd: rootDir });
  await preflight(process.env);
  if (needsInstall(rootDir)) {
    console.log("Installing what is missing (a minute or two) …");
    await run("npm", INSTALL_ARGUMENTS);
  }
  if (needsCodegen(rootDir)) {
    console.log("Generating the functions' names …");
    await run(...codegenCommand(rootDir));
  }
  if (needsServerBundle(rootDir)) {
    console.log("Building the server …");
    await bundleServer(rootDir);
  }
  process.setSourceMapsEnabled(true);
  const { runServer, findEnvironmentProblems } = await import(serverBundleUrl(rootDir));
  const problems = findEnvironmentProblems(process.env);
  if (problems.length > 0) throw new StartRefusal(problems.join("\n"));
  if (needsPagesBuild(rootDir)) {
    console.log("Building the pages (about a minute) …");
    await buildPages(rootDir, run);
  }
  if (lifecycle.isStopping()) return;

  console.log("Starting …");
  const starting = runServer({ rootDir, env: process.env, isDev: false });
  lifecycle.onStop(async () => (await starting.catch(() => null))?.close());
  const { url, ownerLink } = await starting;
  if (lifecycle.isStopping()) return;
  console.log(`Parley is ready at ${url}`);
  if (ownerLink) console.log(`Nobody owns this server yet. Its owner signs up at ${ownerLink}`);
}

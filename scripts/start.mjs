#!/usr/bin/env node
// `npm start`: from a fresh clone to a running server in one command, and quick from then on. Plain
// Node at import time. The server runs in a process of its own, which this one starts again should a
// function ever hold it: signals are passed on.
import { fileURLToPath } from "node:url";
import { needsSupervisor, supervise } from "../packages/engine/bin/supervise.mjs";
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
  if (needsPagesBuild(rootDir)) {
    // Before a minute of work, and not after it.
    const { findEnvironmentProblems } = await import(serverBundleUrl(rootDir));
    const problems = findEnvironmentProblems(process.env);
    if (problems.length > 0) throw new StartRefusal(problems.join("\n"));
    console.log("Building the pages (about a minute) …");
    await buildPages(rootDir, run);
  }
  if (lifecycle.isStopping()) return;
  lifecycle.end();
  const server = new URL("serve.mjs", import.meta.url);
  if (needsSupervisor()) supervise(fileURLToPath(server), []);
  else await import(server.href);
}

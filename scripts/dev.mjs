#!/usr/bin/env node
// `npm run dev`: the same process as `npm start`, with pages that reload by themselves and functions
// that are taken up as soon as they are saved. The server's own code needs a restart.
import { watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleServer, codegenCommand, serverBundleUrl } from "./build.mjs";
import { INSTALL_ARGUMENTS, needsInstall } from "./install-dependencies.mjs";
import { beginLifecycle, fail } from "./lifecycle.mjs";
import { preflight } from "./preflight.mjs";

/** Editors write a file in several steps; one reload for all of them. */
const SETTLE_MS = 150;

const rootDir = fileURLToPath(new URL("..", import.meta.url));
const lifecycle = beginLifecycle();
const run = (command, args) => lifecycle.run(command, args, { cwd: rootDir });
process.chdir(rootDir);
process.env.NODE_ENV = "development";
process.env.NEXT_TELEMETRY_DISABLED = "1";
process.env.NEXT_MANUAL_SIG_HANDLE = "1";

try {
  await develop();
} catch (error) {
  if (!lifecycle.isStopping()) fail(error);
}

async function develop() {
  await preflight(process.env);
  if (needsInstall(rootDir)) {
    console.log("Installing what is missing (a minute or two) …");
    await run("npm", INSTALL_ARGUMENTS);
  }
  await run(...codegenCommand(rootDir));
  await bundleServer(rootDir);
  process.setSourceMapsEnabled(true);
  const { runServer } = await import(serverBundleUrl(rootDir));
  const starting = runServer({ rootDir, env: process.env, isDev: true });
  lifecycle.onStop(async () => (await starting.catch(() => null))?.close());
  const server = await starting;
  watchFunctions(server);
  console.log(`Parley is ready at ${server.url}`);
}

function watchFunctions(server) {
  let timer = null;
  let work = Promise.resolve();
  const reload = async () => {
    try {
      await run(...codegenCommand(rootDir));
      await server.reloadFunctions();
      console.log("The functions were reloaded.");
    } catch (error) {
      // The author is in the middle of a change; the next save tries again.
      console.error("The functions do not load:", error.message);
    }
  };
  watch(join(rootDir, "convex"), { recursive: true }, (_event, path) => {
    if (!path || path.includes("_generated") || /\.test\.ts$/.test(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(reload);
    }, SETTLE_MS);
  });
}

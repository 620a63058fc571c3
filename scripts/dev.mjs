#!/usr/bin/env node
// `npm run dev`: the same process as `npm start`, with pages that reload by themselves and functions
// that are taken up as soon as they are saved, without anybody's connection being cut. The server's own
// code needs a restart.
import { fileURLToPath } from "node:url";
import { bundleServer, codegenCommand, serverBundleUrl } from "./build.mjs";
import { INSTALL_ARGUMENTS, needsInstall } from "./install-dependencies.mjs";
import { beginLifecycle, fail } from "./lifecycle.mjs";
import { preflight } from "./preflight.mjs";
import { vendorEmoji } from "./vendor-emoji.mjs";

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
  vendorEmoji(rootDir);
  await bundleServer(rootDir);
  process.setSourceMapsEnabled(true);
  const { runServer } = await import(serverBundleUrl(rootDir));
  const starting = runServer({ rootDir, env: process.env, isDev: true, isSupervised: false });
  lifecycle.onStop(async () => (await starting.catch(() => null))?.close());
  const server = await starting;
  lifecycle.leaveErrors();
  server.outliveStrayErrors();
  server.watchFunctions((trouble) => {
    if (trouble === null) console.log("The functions were reloaded.");
    else console.error(`The functions are as they were: ${trouble.message}`);
  });
  console.log(`Parley is ready at ${server.url}`);
}

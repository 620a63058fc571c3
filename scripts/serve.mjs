// The server of `npm start`, in a process of its own: what `start.mjs` runs once everything is built.
import { fileURLToPath } from "node:url";
import { followSupervisor, tellSupervisor } from "../packages/engine/bin/supervise.mjs";
import { serverBundleUrl } from "./build.mjs";
import { beginLifecycle, fail } from "./lifecycle.mjs";

const rootDir = fileURLToPath(new URL("..", import.meta.url));
const lifecycle = beginLifecycle();
followSupervisor();
// Next would otherwise end the process by itself, before the engine has closed.
process.env.NEXT_MANUAL_SIG_HANDLE = "1";
process.setSourceMapsEnabled(true);

try {
  await serve();
} catch (error) {
  if (!lifecycle.isStopping()) fail(error);
}

async function serve() {
  const { runServer } = await import(serverBundleUrl(rootDir));
  console.log("Starting …");
  const starting = runServer({ rootDir, env: process.env, isDev: false, isSupervised: true });
  lifecycle.onStop(async () => (await starting.catch(() => null))?.close());
  const { url, ownerLink, outliveStrayErrors } = await starting;
  if (lifecycle.isStopping()) return;
  lifecycle.leaveErrors();
  outliveStrayErrors();
  tellSupervisor();
  console.log(`Parley is ready at ${url}`);
  if (ownerLink) console.log(`Nobody owns this server yet. Its owner signs up at ${ownerLink}`);
}

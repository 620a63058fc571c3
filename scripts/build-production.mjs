#!/usr/bin/env node
// Builds exactly what `npm start` would build, without starting it: a step of `npm test`.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildPages, bundleServer, needsPagesBuild, needsServerBundle } from "./build.mjs";

const rootDir = fileURLToPath(new URL("..", import.meta.url));
process.env.NODE_ENV = "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";

if (needsServerBundle(rootDir)) await bundleServer(rootDir);
else console.log("The server's bundle is up to date.");
if (needsPagesBuild(rootDir)) await buildPages(rootDir, run);
else console.log("The pages' build is up to date.");

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: rootDir, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`The build of the pages ended with ${code}.`)),
    );
  });
}

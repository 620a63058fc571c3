#!/usr/bin/env node
// The engine ships as TypeScript source. esbuild, which it needs anyway to bundle user functions,
// turns the command line into one module in about 50 ms: no build step to forget, no stale output.
// A process in front of it starts it again where that is the only help.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { followSupervisor, needsSupervisor, supervise, tellSupervisor } from "./supervise.mjs";

const packageDir = fileURLToPath(new URL("..", import.meta.url));
const argv = process.argv.slice(2);
const serves = argv[0] === "start" || argv[0] === "dev";

if (serves && needsSupervisor()) supervise(fileURLToPath(import.meta.url), argv);
else await run();

async function run() {
  followSupervisor();
  const { build } = await import("esbuild");
  const { outDir, isNeededLater } = makeOutDir();
  const removeOutDir = () => rmSync(outDir, { recursive: true, force: true });
  process.once("exit", removeOutDir);
  const outfile = join(outDir, "cli.mjs");
  await build({
    entryPoints: [join(packageDir, "src/cli/main.ts")],
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
  // Loaded is loaded: gone now, it cannot be left behind by a process that is killed.
  if (!isNeededLater) removeOutDir();
  await main(argv, tellSupervisor);
}

/**
 * A folder of this process's own, from which Node finds our dependencies: in the package, or where
 * that is read-only, in the temporary folder beside a link to them.
 */
function makeOutDir() {
  try {
    mkdirSync(join(packageDir, "dist"), { recursive: true });
    return { outDir: mkdtempSync(join(packageDir, "dist", "cli-")), isNeededLater: false };
  } catch {
    const dir = mkdtempSync(join(tmpdir(), "parley-engine-"));
    const convex = createRequire(import.meta.url).resolve("convex/package.json");
    symlinkSync(dirname(dirname(convex)), join(dir, "node_modules"), "junction");
    // The engine looks for `convex` from where it was loaded, and goes through the link.
    return { outDir: dir, isNeededLater: true };
  }
}

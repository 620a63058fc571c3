// Runs the engine's simulation: `npm run simulate -- --seed N` one world again, `--minutes M` new ones.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const packageDir = fileURLToPath(new URL("../packages/engine", import.meta.url));
mkdirSync(join(packageDir, "dist"), { recursive: true });
const outDir = mkdtempSync(join(packageDir, "dist", "simulate-"));
process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

const outfile = join(outDir, "simulate.mjs");
await build({
  entryPoints: [join(packageDir, "test/simulation/main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  // SQLite itself, but on simulated files.
  alias: { "better-sqlite3": join(packageDir, "test/simulation/wasm-database.ts") },
  // Where a file is found from `import.meta.url`, it is from the source's folder.
  define: {
    "import.meta.url": JSON.stringify(pathToFileURL(join(packageDir, "test/simulation/main.ts"))),
  },
  logLevel: "error",
});
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(process.argv.slice(2));

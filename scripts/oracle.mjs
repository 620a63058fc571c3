#!/usr/bin/env node
// Runs the random programs alone: `npm run oracle -- --seed N` again from a seed, `--times M` M times as long.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { seed: { type: "string" }, times: { type: "string" } } });
const environment = { ...process.env };
if (values.seed !== undefined) environment.PARLEY_ORACLE_SEED = values.seed;
if (values.times !== undefined) environment.PARLEY_ORACLE_TIMES = values.times;
const child = spawn("npx", ["vitest", "run", "--project", "oracle"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  env: environment,
  stdio: "inherit",
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});

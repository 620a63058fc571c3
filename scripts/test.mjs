#!/usr/bin/env node
// The one test command: `npm test` runs everything, `npm run check` (--quick) what one wants before every commit.
// Plain Node and no dependency at import time, so that it works on a fresh clone.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBrowser, NO_BROWSER_SENTENCE } from "./find-browser.mjs";
import { installDependencies, needsInstall } from "./install-dependencies.mjs";
import { tallyReport } from "./vitest-tally.mjs";

const rootDir = fileURLToPath(new URL("..", import.meta.url));
const MINUTE_MS = 60_000;

/** In the order in which a mistake is cheapest to learn about. `quick` steps also make up `npm run check`. */
const STEPS = [
  { name: "types", quick: true, run: runTypes },
  { name: "lint", quick: true, run: () => runCounted("biome", ["check", "."], 2 * MINUTE_MS) },
  { name: "rules", quick: true, run: () => runVitest("rules", 4 * MINUTE_MS) },
  { name: "unit", quick: true, run: () => runVitest("unit", 8 * MINUTE_MS) },
  { name: "engine", quick: true, run: () => runVitest("engine", 12 * MINUTE_MS) },
  {
    name: "functions-engine",
    quick: true,
    run: () => runVitest("functions-engine", 6 * MINUTE_MS),
  },
  { name: "functions-stock", quick: true, run: () => runVitest("functions-stock", 6 * MINUTE_MS) },
  { name: "oracle", quick: false, run: () => runVitest("oracle", 12 * MINUTE_MS) },
  { name: "simulation", quick: false, run: () => runVitest("simulation", 12 * MINUTE_MS) },
  { name: "kills", quick: false, run: () => runVitest("kills", 10 * MINUTE_MS) },
  {
    name: "conformance-engine",
    quick: true,
    run: () => runVitest("conformance-engine", 6 * MINUTE_MS),
  },
  {
    name: "conformance-stock",
    quick: true,
    run: () => runVitest("conformance-stock", 6 * MINUTE_MS),
  },
  { name: "fuzz", quick: false, run: () => runVitest("fuzz", 10 * MINUTE_MS) },
  { name: "build", quick: false, run: runBuild },
  { name: "e2e", quick: false, run: runEndToEnd },
];

const children = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    for (const child of children) killGroup(child);
    process.exit(1);
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main(options) {
  const unknown = options.filter((option) => option !== "--quick" && !option.startsWith("--only="));
  if (unknown.length > 0)
    return refuse(`Unknown option ${unknown[0]}: use --quick or --only=STEP,STEP.`);
  const steps = chooseSteps(options);
  if (steps.length === 0) {
    return refuse(`No such step: there are ${STEPS.map((step) => step.name).join(", ")}.`);
  }
  if (!isNodeNewEnough())
    return refuse(`Parley needs Node 20.19 or newer; this is ${process.version}.`);
  if (needsInstall(rootDir)) {
    heading("install");
    if (!installDependencies(rootDir))
      return refuse("npm ci did not succeed; its reason is above.");
  }

  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const step of steps) {
    heading(step.name);
    const startMs = Date.now();
    const tally = await step.run().catch((error) => {
      console.error(error);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    for (const kind of Object.keys(total)) total[kind] += tally[kind];
    const seconds = ((Date.now() - startMs) / 1000).toFixed(1).padStart(6);
    lines.push(
      `${tally.failed === 0 ? "ok    " : "FAILED"} ${step.name.padEnd(19)}${seconds} s   ${sentence(tally)}`,
    );
    console.log(lines.at(-1));
  }
  heading("result");
  for (const line of lines) console.log(line);
  console.log(sentence(total));
  return total.failed === 0 ? 0 : 1;
}

function chooseSteps(options) {
  const only = options
    .find((option) => option.startsWith("--only="))
    ?.slice("--only=".length)
    .split(",");
  if (only) return STEPS.filter((step) => only.includes(step.name));
  return options.includes("--quick") ? STEPS.filter((step) => step.quick) : STEPS;
}

/** Both programs at once: each is a single thread. `next typegen` first, because pages use the types of their routes. */
async function runTypes() {
  if (existsSync(join(rootDir, "app/layout.tsx"))) {
    const code = await run("next", ["typegen"], 2 * MINUTE_MS);
    if (code !== 0) return { passed: 0, failed: 1, skipped: 0 };
  }
  const codes = await Promise.all([
    run("tsc", ["--noEmit"], 4 * MINUTE_MS),
    run("tsc", ["--noEmit", "-p", "packages/engine"], 4 * MINUTE_MS),
  ]);
  return codes.every((code) => code === 0)
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0 };
}

async function runBuild() {
  return runCounted(process.execPath, ["scripts/build-production.mjs"], 5 * MINUTE_MS);
}

async function runEndToEnd() {
  const browser = await ensureBrowser(rootDir);
  if (browser === null) {
    console.error(NO_BROWSER_SENTENCE);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  console.log(`browser: ${browser}`);
  return runVitest("e2e", 30 * MINUTE_MS, { PARLEY_CHROMIUM: browser });
}

async function runVitest(project, timeoutMs, environment = {}) {
  const reportDir = mkdtempSync(join(tmpdir(), "parley-test-"));
  const reportFile = join(reportDir, "report.json");
  try {
    const exitCode = await run(
      "vitest",
      [
        "run",
        "--project",
        project,
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportFile}`,
      ],
      timeoutMs,
      environment,
    );
    return tallyReport(readReport(reportFile), exitCode);
  } finally {
    rmSync(reportDir, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** A step that has no tests of its own counts as one. */
async function runCounted(command, args, timeoutMs) {
  const code = await run(command, args, timeoutMs);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * Runs a program with its output passed through.
 * @returns Its exit code; null when it was killed, could not be started or took longer than `timeoutMs`.
 */
function run(command, args, timeoutMs, environment = {}) {
  mkdirSync(join(rootDir, "test-results"), { recursive: true });
  const env = {
    ...process.env,
    ...environment,
    NEXT_TELEMETRY_DISABLED: "1",
    PATH: `${join(rootDir, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
  };
  return new Promise((resolve) => {
    // A group of its own, so that a runner that hangs can be ended together with what it has started.
    const child = spawn(command, args, { cwd: rootDir, env, stdio: "inherit", detached: true });
    children.add(child);
    const timer = setTimeout(() => {
      console.error(`${command} took longer than ${timeoutMs / 1000} s and was stopped.`);
      killGroup(child);
    }, timeoutMs);
    const settle = (code) => {
      clearTimeout(timer);
      children.delete(child);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      settle(null);
    });
    child.on("exit", (code) => settle(code));
  });
}

function killGroup(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function isNodeNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

function refuse(reason) {
  console.error(reason);
  console.log(sentence({ passed: 0, failed: 1, skipped: 0 }));
  return 1;
}

function heading(name) {
  console.log(`\n── ${name} ${"─".repeat(Math.max(0, 70 - name.length))}`);
}

function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

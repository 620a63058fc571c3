// Starts Parley the way its user does and ends it the way its user's machine does.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const rootDir = fileURLToPath(new URL("../..", import.meta.url));

const FIRST_PORT = 3200;
const LAST_PORT = 3299;
/** A cold start also builds. */
const READY_MAX_MS = 170_000;

export interface Ended {
  /** Null when a signal ended it. */
  exitCode: number | null;
  elapsedMs: number;
}

export interface RunningProcess {
  pid: number;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Sends one signal to the process that was started and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** Sends it to the whole group, as a terminal does. */
  stopGroup(signal?: NodeJS.Signals): Promise<Ended>;
  /** Waits for an end that comes by itself. */
  ended: Promise<Ended>;
}

export interface RunningServer extends RunningProcess {
  url: string;
  port: number;
  dataDir: string;
}

export interface StartOptions {
  port?: number;
  dataDir?: string;
  environment?: Record<string, string>;
}

const running = new Set<ChildProcess>();
const ownFolders = new Set<string>();

/** Runs `npm start` in a data folder of its own and waits until it says that it is ready. */
export async function startParley(options: StartOptions = {}): Promise<RunningServer> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? temporaryFolder();
  const child = launch("npm", ["start"], {
    PORT: String(port),
    PARLEY_DATA: dataDir,
    // People of a test live at one address and act faster than people do.
    PARLEY_RATE_LIMITS: "1000",
    ...options.environment,
  });
  await waitForOutput(child, /Parley is ready at (\S+)/, READY_MAX_MS);
  const url = /Parley is ready at (\S+)/.exec(child.output())?.[1] ?? "";
  return { ...child, url: url.replace(/\/$/, ""), port, dataDir };
}

/** Starts a program in the project's folder, in a process group of its own, with its output kept. */
export function launch(
  command: string,
  args: string[],
  environment: Record<string, string> = {},
): RunningProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...environment };
  // The runner's own settings are not those of the person who types `npm start`.
  for (const name of ["NODE_ENV", "VITEST", "NODE_OPTIONS", "DEV", "PROD", "MODE", "BASE_URL"]) {
    if (!Object.hasOwn(environment, name)) delete env[name];
  }
  const child = spawn(command, args, { cwd: rootDir, env, detached: true });
  running.add(child);
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);

  const startMs = performance.now();
  let signalledMs = startMs;
  const ended = new Promise<Ended>((resolve) => {
    child.on("error", (error) => {
      output += `${error.message}\n`;
      running.delete(child);
      resolve({ exitCode: -1, elapsedMs: 0 });
    });
    child.on("close", (exitCode) => {
      running.delete(child);
      resolve({ exitCode, elapsedMs: performance.now() - signalledMs });
    });
  });
  return {
    pid: child.pid ?? -1,
    output: () => output,
    ended,
    stop(signal = "SIGTERM") {
      signalledMs = performance.now();
      child.kill(signal);
      return ended;
    },
    stopGroup(signal = "SIGTERM") {
      signalledMs = performance.now();
      process.kill(-(child.pid ?? 0), signal);
      return ended;
    },
  };
}

/** Waits until the process has printed something that matches; its early end is an error that shows its output. */
export async function waitForOutput(
  child: RunningProcess,
  pattern: RegExp,
  timeoutMs: number,
): Promise<void> {
  let hasEnded = false;
  child.ended.then(() => {
    hasEnded = true;
  });
  const deadlineMs = performance.now() + timeoutMs;
  while (!pattern.test(child.output())) {
    if (hasEnded) throw new Error(`The process ended early:\n${child.output()}`);
    if (performance.now() > deadlineMs) {
      throw new Error(`${pattern} was not printed in time:\n${child.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until an address answers with success; the process's early end is an error that shows its output. */
export async function waitForAnswer(
  child: RunningProcess,
  url: string,
  timeoutMs: number,
): Promise<void> {
  let hasEnded = false;
  child.ended.then(() => {
    hasEnded = true;
  });
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const isThere = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isThere) return;
    if (hasEnded || performance.now() > deadlineMs) {
      throw new Error(`${url} did not answer:\n${child.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends everything this file has started, and its folders with it. For `afterAll`. */
export async function cleanUp(): Promise<void> {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    if (!killGroup(child)) continue;
    await ended;
  }
  for (const folder of ownFolders) rmSync(folder, { recursive: true, force: true });
  ownFolders.clear();
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-e2e-"));
  ownFolders.add(folder);
  return folder;
}

let nextPort = FIRST_PORT + (process.pid % 50);

/** A port on which nobody listens now, from the range that tests keep to. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries <= LAST_PORT - FIRST_PORT; tries += 1) {
    nextPort = nextPort >= LAST_PORT ? FIRST_PORT : nextPort + 1;
    if (await isFree(nextPort)) return nextPort;
  }
  throw new Error(`No port is free between ${FIRST_PORT} and ${LAST_PORT}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

function killGroup(child: ChildProcess): boolean {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
    return true;
  } catch {
    // It has ended between the look and the signal.
    return false;
  }
}

// A runner that is stopped in the middle must not leave servers behind.
process.once("exit", () => {
  for (const child of running) killGroup(child);
});

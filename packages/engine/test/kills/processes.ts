import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packageDir = fileURLToPath(new URL("../..", import.meta.url));

/** The two programs of a campaign, each one module, made once: a start is then a start and no build. */
export interface Programs {
  engine: string;
  load: string;
  remove(): void;
}

export async function buildPrograms(): Promise<Programs> {
  mkdirSync(join(packageDir, "dist"), { recursive: true });
  const outdir = mkdtempSync(join(packageDir, "dist", "kills-"));
  await build({
    stdin: {
      contents: `import { main } from "./src/cli/main.ts"; await main(process.argv.slice(2), () => {});`,
      resolveDir: packageDir,
    },
    outfile: join(outdir, "engine.mjs"),
    ...SETTINGS,
  });
  await build({
    entryPoints: [join(packageDir, "test/kills/load-process.ts")],
    outfile: join(outdir, "load.mjs"),
    ...SETTINGS,
  });
  return {
    engine: join(outdir, "engine.mjs"),
    load: join(outdir, "load.mjs"),
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}

const SETTINGS = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "error",
} as const;

/** An engine in a process of its own. */
export interface EngineProcess {
  /** Resolves when it serves; rejects when it ends before. */
  ready: Promise<void>;
  isReady(): boolean;
  kill(): Promise<void>;
  /** Resolves with the exit code. */
  terminate(): Promise<number | null>;
}

export function startEngineProcess(
  program: string,
  options: { dir: string; port: number },
): EngineProcess {
  const { dir, port } = options;
  const args = [program, "start", "--functions", "functions", "--data", "data"];
  const child = spawn(process.execPath, [...args, "--port", String(port), "--site-port", "0"], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let isReady = false;
  let output = "";
  const ready = new Promise<void>((resolve, reject) => {
    const read = (part: Buffer) => {
      if (isReady) return;
      output += String(part);
      if (!output.includes("ready at ")) return;
      isReady = true;
      resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`the engine ended with ${code}: ${output}`)));
  });
  // Whoever kills it does not wait for it.
  ready.catch(() => {});
  return {
    ready,
    isReady: () => isReady,
    kill: () => end(child, "SIGKILL").then(() => {}),
    terminate: () => end(child, "SIGTERM"),
  };
}

/** The load in a process of its own. */
export interface LoadProcess {
  running: Promise<void>;
  /** The engine is there (again). */
  online(): void;
  /** Sends nothing new; resolves when everything is answered. */
  finish(): Promise<void>;
  kill(): Promise<void>;
}

export function startLoadProcess(program: string, url: string, historyFile: string): LoadProcess {
  const child = spawn(process.execPath, [program, url, historyFile], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const said = (word: string) =>
    new Promise<void>((resolve, reject) => {
      child.on("message", (message) => message === word && resolve());
      child.once("exit", (code) =>
        reject(new Error(`the load ended with ${code} before: ${word}`)),
      );
    });
  const running = said("running");
  const finished = said("finished");
  running.catch(() => {});
  finished.catch(() => {});
  const say = (word: string) => {
    if (child.connected) child.send(word);
  };
  return {
    running,
    online: () => say("online"),
    finish: () => {
      say("finish");
      return finished;
    },
    kill: () => end(child, "SIGKILL").then(() => {}),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
  return child.exitCode;
}

/** A port that is free now, and that stays the same over all starts of a run. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

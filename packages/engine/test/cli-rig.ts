import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../bin/parley-engine.mjs", import.meta.url));

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real command line in a folder of its own. */
export interface CommandLine {
  root: string;
  write(path: string, text: string): void;
  run(...args: string[]): Promise<Ended>;
  /** Starts an engine, on free ports unless told otherwise, and waits until it says where it is. */
  start(...args: string[]): Promise<{ child: ChildProcess; url: string; siteUrl: string }>;
  /** The same with another command, which need not succeed: its output so far, as it grows. */
  launch(...args: string[]): { child: ChildProcess; output(): string };
  stop(child: ChildProcess): Promise<void>;
  /** Kills what runs and removes the folder. */
  end(): Promise<void>;
}

export function openCommandLine(environment = process.env): CommandLine {
  const root = mkdtempSync(join(tmpdir(), "cli-"));
  const running: ChildProcess[] = [];
  const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
  return {
    root,
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    run: (...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [bin, ...args], { cwd: root }, (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
        );
      }),
    start: async (...args) => {
      const command = [bin, "start", "--port", "0", "--site-port", "0", ...args];
      const child = spawn(process.execPath, command, {
        cwd: root,
        env: environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stderr!.pipe(process.stderr);
      running.push(child);
      let output = "";
      return new Promise((resolve, reject) => {
        child.stdout!.on("data", (part) => {
          output += String(part);
          const url = /ready at (\S+)/.exec(output)?.[1];
          const siteUrl = /HTTP actions are at (\S+)/.exec(output)?.[1];
          if (url !== undefined && siteUrl !== undefined) resolve({ child, url, siteUrl });
        });
        child.once("exit", () =>
          reject(new Error(`the engine ended before it was ready: ${output}`)),
        );
      });
    },
    launch: (...args) => {
      const child = spawn(process.execPath, [bin, ...args], { cwd: root, env: environment });
      running.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (part) => {
          output += String(part);
        });
      }
      return { child, output: () => output };
    },
    stop: async (child) => {
      if (hasEnded(child)) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
    end: async () => {
      for (const child of running) {
        if (hasEnded(child)) continue;
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

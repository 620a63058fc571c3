// One process from its first line to its exit: the programs it runs on the way, the signals that may
// come at any moment, and how trouble is told.
import { spawn } from "node:child_process";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/** After this long, whatever has not closed is left to the system. */
const CLOSE_DEADLINE_MS = 4_300;

/**
 * Installs the handlers; call before anything else.
 *
 * The first SIGINT, SIGTERM or SIGHUP closes everything and exits with 0, later ones are ignored: a
 * terminal sends one to the whole group, and npm passes its own on, so that two are usual.
 */
export function beginLifecycle() {
  const children = new Set();
  let closeServer = async () => {};
  let isStopping = false;

  async function stop() {
    if (isStopping) return;
    isStopping = true;
    // It also keeps the process alive while only timers that do not are left, as the engine's are.
    setTimeout(() => {
      console.error("Parley did not close in time and was cut off.");
      process.exit(0);
    }, CLOSE_DEADLINE_MS);
    for (const child of children) child.kill("SIGTERM");
    try {
      await closeServer();
      process.exit(0);
    } catch (error) {
      fail(error);
    }
  }
  for (const signal of SIGNALS) process.on(signal, stop);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  function leaveErrors() {
    process.off("uncaughtException", fail);
    process.off("unhandledRejection", fail);
  }

  return {
    isStopping: () => isStopping,
    /** From now on, stopping means this. It is awaited. */
    onStop(close) {
      closeServer = close;
    },
    /** From now on, errors that nobody catches are somebody else's. */
    leaveErrors,
    /** Leaves the process to somebody else. */
    end() {
      for (const signal of SIGNALS) process.off(signal, stop);
      leaveErrors();
    },
    /** Runs a program to its end; its output is shown only if it fails. */
    run: (command, args, options) => runQuietly(children, command, args, options),
  };
}

/** Tells the trouble, a known one as its sentence alone, and ends the process with 1. */
export function fail(error) {
  const isRefusal = error instanceof Error && error.name === "StartRefusal";
  console.error(isRefusal ? error.message : error);
  process.exit(1);
}

function runQuietly(children, command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    children.add(child);
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      children.delete(child);
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      const refusal = new Error(`That did not work: ${command} ${args.join(" ")}`);
      refusal.name = "StartRefusal";
      reject(refusal);
    });
  });
}

// A small process that does nothing but keep another one alive: what a function holds for ever in
// native code can only be ended with its process, and whatever else ends it, others want to be
// served. Plain Node, and nothing is loaded for it.
import { spawn } from "node:child_process";

/** By this the engine's watch ends a process whose thread never comes back. */
const STUCK_SIGNAL = "SIGALRM";
/** The program drains within 5 s by itself, unless it is held at that moment. */
const STOP_DEADLINE_MS = 4_700;
/** The status after a failed write: somebody is to look at the disk before anything else happens. */
const DISK_FAILED = 70;
/** A program that crashes sooner than this after it began to serve will probably do so again. */
const EARLY_MS = 60_000;
/** After so many early crashes in a row nobody is helped by another one. */
const EARLY_CRASHES_MAX = 5;
/** Before the first new start after a crash; each early one doubles it. */
const PAUSE_MS = 200;

/**
 * Whether this process is to supervise: `PARLEY_SUPERVISOR` is `parent` in a program that has a
 * supervisor, and `none` where somebody else starts again what ends (a container, say).
 */
export function needsSupervisor() {
  return process.env.PARLEY_SUPERVISOR === undefined;
}

/** For the program, at its beginning: it goes when its supervisor goes, in whatever way that was. */
export function followSupervisor() {
  if (process.env.PARLEY_SUPERVISOR !== "parent" || !process.channel) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

/** For the program: it serves, and with these arguments more it would be the same again. */
export function tellSupervisor(restartWith = []) {
  if (process.env.PARLEY_SUPERVISOR === "parent") process.send?.({ restartWith });
}

/**
 * Runs a program of Node's in a process of its own until it ends or a signal comes, and starts it
 * again when it had to be ended because it was held, or when it crashed after it had served: a
 * signal that nobody here has sent, a status other than 0 and that of a failed disk.
 *
 * A signal is passed on; however often it comes, this process ends with 0 within 5 s. Any other end
 * of the program is this process's own, and so is its end when it keeps crashing.
 */
export function supervise(program, args) {
  let child = null;
  let restartWith = [];
  let hasServed = false;
  let isStopping = false;
  let earlyCrashes = 0;
  const start = () => {
    let servesSinceMs = null;
    const argv = [...process.execArgv, program, ...args, ...restartWith];
    child = spawn(process.execPath, argv, {
      env: { ...process.env, PARLEY_SUPERVISOR: "parent" },
      stdio: ["inherit", "inherit", "inherit", "ipc"],
    });
    child.on("message", (message) => {
      servesSinceMs = performance.now();
      hasServed = true;
      restartWith = message.restartWith;
    });
    child.once("exit", (code, signal) => {
      child = null;
      if (isStopping) process.exit(code ?? 0);
      if (signal === STUCK_SIGNAL && servesSinceMs !== null) start();
      else if (!hasServed || code === 0 || code === DISK_FAILED) end(code, signal);
      else startAfterCrash(code, signal, servesSinceMs);
    });
  };
  const startAfterCrash = (code, signal, servesSinceMs) => {
    const wasEarly = servesSinceMs === null || performance.now() - servesSinceMs < EARLY_MS;
    earlyCrashes = wasEarly ? earlyCrashes + 1 : 1;
    const how = signal === null ? `with status ${code}` : `by ${signal}`;
    if (earlyCrashes > EARLY_CRASHES_MAX) {
      console.error(
        `The server ended ${how}, ${earlyCrashes} times in a row, and is not started again.`,
      );
      end(code, signal);
      return;
    }
    console.error(`The server ended ${how}, which nobody asked for; it is started again.`);
    setTimeout(start, PAUSE_MS * 2 ** (earlyCrashes - 1));
  };
  const stop = (signal) => {
    // Between a crash and the next start there is nothing to wait for.
    if (child === null) process.exit(0);
    child.kill(signal);
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => child?.kill("SIGKILL"), STOP_DEADLINE_MS);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  start();

  function end(code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
}

// A small process that does nothing but keep another one alive: what a function holds for ever in
// native code can only be ended with its process. Plain Node, and nothing is loaded for it.
import { spawn } from "node:child_process";

/** By this the engine's watch ends a process whose thread never comes back. */
const STUCK_SIGNAL = "SIGALRM";
/** The program drains within 5 s by itself, unless it is held at that moment. */
const STOP_DEADLINE_MS = 4_700;

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
 * again when it had to be ended because it was held.
 *
 * A signal is passed on; however often it comes, this process ends with 0 within 5 s. Any other end
 * of the program is this process's own.
 */
export function supervise(program, args) {
  let child = null;
  let restartWith = [];
  let isStopping = false;
  const start = () => {
    let isServing = false;
    const argv = [...process.execArgv, program, ...args, ...restartWith];
    child = spawn(process.execPath, argv, {
      env: { ...process.env, PARLEY_SUPERVISOR: "parent" },
      stdio: ["inherit", "inherit", "inherit", "ipc"],
    });
    child.on("message", (message) => {
      isServing = true;
      restartWith = message.restartWith;
    });
    child.once("exit", (code, signal) => {
      if (isStopping) process.exit(code ?? 0);
      if (signal === STUCK_SIGNAL && isServing) start();
      else end(code, signal);
    });
  };
  const stop = (signal) => {
    child.kill(signal);
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  start();

  function end(code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
}

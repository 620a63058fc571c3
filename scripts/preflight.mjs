// What can be known to go wrong before the long work begins, each as one sentence. Plain Node: it
// runs before anything is installed, so it repeats a little of what the server checks later.
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";

const NODE_MIN = [20, 19];

/** Trouble that a person can mend; only its sentence is shown. */
export class StartRefusal extends Error {
  name = "StartRefusal";
}

/** @throws StartRefusal for the first thing that stands in the way. */
export async function preflight(env) {
  checkNodeVersion();
  checkDataFolder(env.PARLEY_DATA?.trim() || "./data");
  await checkPort(readPort(env), env.HOST?.trim() || "127.0.0.1");
}

function checkNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [majorMin, minorMin] = NODE_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new StartRefusal(
    `Parley needs Node ${NODE_MIN.join(".")} or newer; this is ${process.versions.node}.`,
  );
}

function checkDataFolder(dataDir) {
  const path = resolve(dataDir);
  try {
    makeFolder(path);
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartRefusal(
      `The data folder ${path} cannot be written (${error.code}): make it writable, or set PARLEY_DATA to another place.`,
    );
  }
}

/** Node's own recursive `mkdir` never returns where a folder exists but takes no entries, as in `/proc`. */
function makeFolder(path) {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function readPort(env) {
  const text = env.PORT?.trim() || "3000";
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new StartRefusal("PORT must be a whole number from 1 to 65535.");
}

async function checkPort(port, host) {
  const code = await tryListening(port, host.replace(/^\[(.*)\]$/, "$1"));
  switch (code) {
    case null:
      return;
    case "EADDRINUSE":
      throw new StartRefusal(
        `Port ${port} on ${host} is already in use: stop the other program or set PORT to a free one.`,
      );
    case "EACCES":
      throw new StartRefusal(
        `Port ${port} needs more rights than this user has: set PORT to one above 1023.`,
      );
    default:
      throw new StartRefusal(`HOST ${host} cannot be listened on (${code}).`);
  }
}

/** @returns The system's error code, or null when it worked. */
function tryListening(port, host) {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error) => done(error.code ?? "unknown"));
    server.listen({ host, port }, () => server.close(() => done(null)));
  });
}

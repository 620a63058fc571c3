// What a fresh clone lacks, fetched only when it is missing. Plain Node: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

/** Says whether `npm ci` has to run: never installed, or installed before the lockfile last changed. */
export function needsInstall(rootDir) {
  const installedMs = modifiedMs(`${rootDir}/node_modules/.package-lock.json`);
  const lockedMs = modifiedMs(`${rootDir}/package-lock.json`);
  return installedMs === null || (lockedMs !== null && lockedMs > installedMs);
}

/** Exactly what the lockfile names, development tools included even under NODE_ENV=production. */
export const INSTALL_ARGUMENTS = ["ci", "--include=dev", "--no-audit", "--no-fund"];

/**
 * Installs what is missing, with npm's own output.
 * @returns Whether it succeeded; npm has printed the reason when it did not.
 */
export function installDependencies(rootDir) {
  const result = spawnSync("npm", INSTALL_ARGUMENTS, { cwd: rootDir, stdio: "inherit" });
  return result.status === 0;
}

function modifiedMs(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}

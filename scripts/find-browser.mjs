// Which Chromium the end-to-end tests drive, and how one is fetched where there is none.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/**
 * Finds a Chromium without fetching anything.
 * @returns The path of the executable, or null when there is none.
 */
export async function findBrowser(environment = process.env) {
  const named = environment.PARLEY_CHROMIUM;
  // A browser that was named but is not there is a mistake to report, not a reason to take another.
  if (named) return isExecutable(named) ? named : null;
  const folders = [...(environment.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  for (const name of NAMES) {
    for (const folder of folders) {
      if (folder !== "" && isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  return downloadedBrowser();
}

/**
 * Finds a Chromium or fetches one: Debian's package as root, else Playwright's own download.
 * @returns The path, or null after every way has failed; the tools have printed why.
 */
export async function ensureBrowser(rootDir) {
  const found = await findBrowser();
  if (found !== null || process.env.PARLEY_CHROMIUM) return found;
  if (process.getuid?.() === 0 && isOnPath("apt-get")) {
    run("apt-get", ["update", "-qq"], rootDir);
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], rootDir);
    const installed = await findBrowser();
    if (installed !== null) return installed;
  }
  run("npx", ["--no-install", "playwright-core", "install", "chromium"], rootDir);
  return findBrowser();
}

/** The sentence for a person whose machine has no browser and to whom none could be given. */
export const NO_BROWSER_SENTENCE =
  "No Chromium was found: install it (Debian and Ubuntu: sudo apt-get install chromium) " +
  "or name one with PARLEY_CHROMIUM=/path/to/chromium, then run npm test again.";

async function downloadedBrowser() {
  try {
    // Imported late: this module is also loaded before anything is installed.
    const { chromium } = await import("playwright-core");
    const path = chromium.executablePath();
    return isExecutable(path) ? path : null;
  } catch {
    return null;
  }
}

function isOnPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && isExecutable(join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function run(command, args, cwd) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync(command, args, { cwd, env, stdio: "inherit" });
}

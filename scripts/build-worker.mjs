// Makes the service worker of a build: its code, the build's name, and the list of the build's files.
// Run after the pages are built, since only then it is known which files there are.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const WORKER_FILE = "public/sw.js";

/** Names that only Clerk's own code has: nobody needs it without a server, and most never. */
const CLERK = /__clerk_|clerk-js/;
/** Large, and only for the picker: kept once it has been opened. */
const EMOJI = "/emoji/";

/** @param buildId The name under which the pages know this build. */
export async function buildWorker(rootDir, buildId) {
  const hashed = ["chunks", "media"].flatMap((folder) =>
    listFiles(join(rootDir, ".next/static", folder)).map((path) => `${folder}/${path}`),
  );
  const isClerk = (path) => CLERK.test(readFileSync(join(rootDir, ".next/static", path), "utf8"));
  const addressOf = (path) => `/_next/static/${path}`;
  const own = listFiles(join(rootDir, "public"))
    .map((path) => `/${path}`)
    .filter((path) => `public${path}` !== WORKER_FILE);
  const build = {
    buildId,
    files: [...hashed.map(addressOf), ...own],
    neededFiles: [
      ...hashed.filter((path) => !isClerk(path)).map(addressOf),
      ...own.filter((path) => !path.startsWith(EMOJI)),
    ],
  };
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: rootDir,
    entryPoints: ["features/offline/worker/main.ts"],
    outfile: WORKER_FILE,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    define: { PARLEY_BUILD: JSON.stringify(build) },
    logLevel: "warning",
  });
  // Its process would stay for as long as ours.
  await esbuild.stop();
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

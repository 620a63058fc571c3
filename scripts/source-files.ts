import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const rootDir = fileURLToPath(new URL("..", import.meta.url));

/** Every file that is or could be committed, relative to the root; what git ignores is not part of the project. */
export function listFiles(): string[] {
  const output = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: rootDir,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  // A file that is deleted but not yet committed is still listed.
  return output.split("\0").filter((path) => path !== "" && existsSync(rootDir + path));
}

export function readSource(path: string): string {
  return readFileSync(rootDir + path, "utf8");
}

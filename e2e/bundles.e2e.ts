// What a browser has to load for a page, as the build says it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanUp, rootDir, startParley } from "./rig/server";

/** Names that only Clerk's own code has; ours speaks of `clerkId` everywhere. */
const CLERK = /__clerk_|clerk-js/;
const build = join(rootDir, ".next");

// A start builds what is not built yet.
beforeAll(async () => void (await startParley()));
afterAll(cleanUp);

test("no page of the embedded service loads a byte of Clerk", () => {
  const chunks = filesUnder("static", ".js");
  const ofClerk = chunks.filter((path) => CLERK.test(readFileSync(join(build, path), "utf8")));
  expect(ofClerk.length).toBeGreaterThan(0);

  // What a page's own code needs is in these; what it asks for later, if ever, is not.
  const manifests = filesUnder("server/app", "_client-reference-manifest.js");
  expect(manifests.length).toBeGreaterThan(5);
  for (const manifest of [...manifests, "build-manifest.json"]) {
    const text = readFileSync(join(build, manifest), "utf8");
    expect([manifest, ofClerk.filter((path) => text.includes(path))]).toEqual([manifest, []]);
  }
});

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(build, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);
}

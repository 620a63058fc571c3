import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ImportStandIn, openImportStandIn, ROWS } from "./rig/import-stand-in";

const root = fileURLToPath(new URL("..", import.meta.url));
const CONVEX = join(root, "node_modules/convex/bin/main.js");
const ENGINE = join(root, "packages/engine/bin/parley-engine.mjs");

let project: string;
let deployment: ImportStandIn;

/** Somebody's project with a few rows in our engine, exported as people are told to. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "parley-import-"));
  cpSync(join(root, "e2e/fixtures/todo"), join(project, "convex"), { recursive: true });
  const dependencies = { convex: "*" };
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "todo", dependencies }));
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"), "junction");
  deployment = await openImportStandIn();
  for (const text of ["one", "two", "三"])
    await engine("run", "tasks:add", JSON.stringify({ text }));
  await engine("export", "snapshot.zip");
});

afterAll(async () => {
  await deployment?.close();
  rmSync(project, { recursive: true, force: true });
});

async function engine(...args: string[]): Promise<string> {
  const { code, output } = await run(ENGINE, args, {});
  expect({ code, output }).toEqual({ code: 0, output });
  return output;
}

/** The stock CLI, told of nothing but our stand-in: every other address of its is this one too. */
function convex(...args: string[]) {
  return run(CONVEX, args, {
    HOME: project,
    CI: "1",
    NO_COLOR: "1",
    CONVEX_SELF_HOSTED_URL: deployment.url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: deployment.adminKey,
    CONVEX_VERSION_API_ORIGIN: deployment.url,
    CONVEX_PROVISION_HOST: deployment.url,
    // So that even a small snapshot goes up in several parts.
    CONVEX_IMPORT_CHUNK_SIZE: "700",
  });
}

function run(program: string, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const allOf: Record<string, string | undefined> = { PATH: process.env.PATH, ...env };
    const options = { cwd: project, env: allOf as NodeJS.ProcessEnv };
    const child = execFile(process.execPath, [program, ...args], options, (error, out, err) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : error ? -1 : 0,
        output: out + err,
      }),
    );
    child.stdin?.end();
  });
}

test.each([
  [[], "requireEmpty"],
  [["--replace"], "replace"],
  [["--replace-all"], "replaceAll"],
  [["--append"], "append"],
])("`npx convex import` %j takes our snapshot whole, to %s", async (flags, mode) => {
  const { code, output } = await convex("import", ...flags, "--yes", "snapshot.zip");
  expect(output).toContain(`Added ${ROWS} documents`);
  expect(code).toBe(0);
  const { file, parts, ...asked } = deployment.imports.at(-1)!;
  expect(asked).toEqual({ mode, format: "zip", isPerformed: true });
  expect(parts).toBeGreaterThan(1);
  expect(file.equals(readFileSync(join(project, "snapshot.zip")))).toBe(true);
});

test("what the CLI has brought is a snapshot with every row", async () => {
  writeFileSync(join(project, "brought.zip"), deployment.imports[0]!.file);
  expect(await engine("import", "brought.zip", "--data", "other")).toContain(
    `Imported ${ROWS} documents`,
  );
  expect(await engine("data", "tasks", "--data", "other")).toBe(await engine("data", "tasks"));
});

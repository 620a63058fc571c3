import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPushStandIn, type PushStandIn } from "./rig/push-stand-in";

const root = fileURLToPath(new URL("..", import.meta.url));
const GENERATED = ["api.d.ts", "api.js", "dataModel.d.ts", "server.d.ts", "server.js"];

let project: string;
let deployment: PushStandIn;
let outcome: { code: number; output: string };

/** The functions and what they import, in a project of their own that the CLI may write to. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "parley-cli-"));
  for (const name of ["convex", "shared", "package.json", "tsconfig.json"]) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"), "junction");
  rmSync(join(project, "convex/_generated"), { recursive: true });
  cpSync(join(project, "convex"), join(project, "ours"), { recursive: true });
  const engine = join(root, "packages/engine/bin/parley-engine.mjs");
  await run(engine, ["codegen", "--functions", "ours"], { PATH: process.env.PATH });
  deployment = await openPushStandIn();
  outcome = await runConvex(["deploy", "--typecheck", "enable", "--codegen", "enable"]);
});

afterAll(async () => {
  await deployment?.close();
  rmSync(project, { recursive: true, force: true });
});

/** The stock CLI, told of nothing but our stand-in: every other address of its is this one too. */
function runConvex(args: string[]): Promise<{ code: number; output: string }> {
  return run(join(project, "node_modules/convex/bin/main.js"), args, {
    PATH: process.env.PATH,
    HOME: project,
    CI: "1",
    NO_COLOR: "1",
    CONVEX_SELF_HOSTED_URL: deployment.url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: deployment.adminKey,
    CONVEX_VERSION_API_ORIGIN: deployment.url,
    CONVEX_PROVISION_HOST: deployment.url,
  });
}

function run(program: string, args: string[], env: Record<string, string | undefined>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const options = { cwd: project, env: env as NodeJS.ProcessEnv };
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : error ? -1 : 0,
        output: stdout + stderr,
      }),
    );
  });
}

test("the stock CLI bundles, type-checks and pushes the functions without complaint", () => {
  expect(outcome.output).toContain("Deployed Convex functions to");
  expect(outcome.output).not.toMatch(/warn|error|deprecat/i);
  expect(outcome.code).toBe(0);
  expect(deployment.pushes).toHaveLength(1);
});

test("the bundle has every function, the schema and the providers", () => {
  const { schema, changedModules } = deployment.pushes[0]!.appDefinition;
  const modules = new Map(changedModules.map(({ path, source }) => [path, source]));
  for (const path of functionPaths()) {
    const [module, name] = path.split(":");
    expect(exportsOf(modules.get(`${module}.js`) ?? "")).toContain(name);
  }
  for (const module of ["http.js", "crons.js", "auth.config.js"]) {
    expect(exportsOf(modules.get(module) ?? "")).toEqual(["default"]);
  }
  expect([...modules.keys()].filter((path) => /\.test|\.setup|_generated/.test(path))).toEqual([]);
  expect(exportsOf(schema?.source ?? "")).toEqual(["default"]);
});

test.each(GENERATED)("our generated %s says what the CLI's own says", (name) => {
  const read = (folder: string) => readFileSync(join(project, folder, "_generated", name), "utf8");
  expect(statementsOf(read("ours"))).toEqual(statementsOf(read("convex")));
});

/** Every function that our own engine finds in the folder: `messages:sendMessage`. */
function functionPaths(): string[] {
  const modules = readdirSync(join(root, "convex"), { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/_generated|\.test\.|\.setup\.|\.config\.|schema/.test(file),
  );
  const registered = /^export const (\w+) = (?:\w*(?:query|mutation|action))\b/gim;
  return modules.flatMap((file) =>
    [...readFileSync(join(root, "convex", file), "utf8").matchAll(registered)].map(
      ([, name]) => `${file.slice(0, -".ts".length)}:${name}`,
    ),
  );
}

/** The names in the list of exports with which esbuild ends a module. */
function exportsOf(source: string): string[] {
  const list = /export \{([^}]*)\};\s*(?:\/\/.*\s*)*$/.exec(source)?.[1] ?? "";
  return list
    .split(",")
    .map((name) => name.trim().split(" as ").at(-1)!)
    .filter((name) => name !== "");
}

/** Without comments, layout, and the order of what does not depend on order. */
function statementsOf(text: string): string[] {
  const plain = text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\s+/g, " ")
    .replace(/import type (?!\*)/g, "import ")
    .replace(/\{([^{}]*)\} from/g, (_all, names: string) => {
      const sorted = names.split(",").map((name) => name.trim());
      return `{${sorted.filter(Boolean).sort().join(", ")}} from`;
    });
  return plain
    .split(/; (?=import|export|declare|type)/)
    .map((one) => one.trim())
    .sort();
}

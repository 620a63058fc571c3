import { fileURLToPath } from "node:url";
import type { BaseConvexClient } from "convex/browser";
import { build } from "esbuild";

/** The globals of one page, in which the stock client lives. */
export interface Page {
  setTimeout: (run: () => void, delayMs?: number) => unknown;
  clearTimeout: (timer: unknown) => void;
  /** Wall clock, ms. */
  nowMs: () => number;
  random: () => number;
}

export type ClientClass = typeof BaseConvexClient;

/** Makes the stock client as one page would have loaded it. */
export type LoadClient = (page: Page) => ClientClass;

let loaded: Promise<LoadClient> | null = null;

/**
 * The stock client, with the names of the globals that it takes from its page (clock, timers, chance)
 * replaced while bundling. Its code is what the package ships; this process keeps its own globals.
 */
export function loadOfficialClient(): Promise<LoadClient> {
  loaded ??= bundle();
  return loaded;
}

async function bundle(): Promise<LoadClient> {
  const result = await build({
    stdin: {
      contents: 'export { BaseConvexClient } from "convex/browser";',
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "browser",
    target: "node20",
    logLevel: "silent",
    define: {
      setTimeout: "page.setTimeout",
      clearTimeout: "page.clearTimeout",
      Date: "page.Date",
      Math: "page.Math",
      performance: "page.performance",
      window: "page.window",
      navigator: "page.window",
    },
  });
  const make = new Function("page", "module", result.outputFiles[0]!.text) as (
    page: Record<string, unknown>,
    module: { exports: { BaseConvexClient?: ClientClass } },
  ) => void;
  return (page) => {
    const module: { exports: { BaseConvexClient?: ClientClass } } = { exports: {} };
    const PageDate = new Proxy(Date, {
      construct: (target, args: unknown[]) =>
        Reflect.construct(target, args.length === 0 ? [page.nowMs()] : args) as Date,
      get: (target, name) => (name === "now" ? page.nowMs : Reflect.get(target, name)),
    });
    const PageMath = Object.create(Math, { random: { value: page.random } }) as Math;
    make(
      {
        setTimeout: page.setTimeout,
        clearTimeout: page.clearTimeout,
        Date: PageDate,
        Math: PageMath,
        performance: undefined,
        window: undefined,
      },
      module,
    );
    return module.exports.BaseConvexClient!;
  };
}

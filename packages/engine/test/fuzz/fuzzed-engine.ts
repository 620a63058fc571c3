import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect } from "vitest";
import { WebSocket } from "ws";
import { openCommandLine } from "../cli-rig.ts";
import { createTestIssuer } from "../tokens.ts";

const GUARDED_DIR = fileURLToPath(new URL("../fixtures/guarded", import.meta.url));
const guarded = anyApi.guarded!;
const PACE_MS = 50;
const NEWEST = 20;
const PEAK_BYTES_MAX = 256 * 1024 * 1024;
/** What the log says when the engine did not expect something. */
const UNEXPECTED = /nobody was waiting for it|could not be handled|refresh turn failed/;

/** `PARLEY_FUZZ_SEED` replays a run, `PARLEY_FUZZ_FACTOR` makes it longer. */
export const seed = Number(process.env.PARLEY_FUZZ_SEED ?? randomBytes(4).readUInt32LE());
export const factor = Number(process.env.PARLEY_FUZZ_FACTOR ?? 1);

/** A real engine in a process of its own, and one well-behaved client who must not notice anything. */
export interface FuzzedEngine {
  url: string;
  port: number;
  /** Ends both. @throws when the client or the engine noticed something. */
  stop(): Promise<void>;
}

export async function startFuzzedEngine(name: string): Promise<FuzzedEngine> {
  console.log(`${name}: PARLEY_FUZZ_SEED=${seed}`);
  const issuer = await createTestIssuer();
  const token = await issuer.sign("canary");
  Object.assign(process.env, issuer.environmentVariables);
  const commandLine = openCommandLine();
  cpSync(GUARDED_DIR, join(commandLine.root, "convex"), { recursive: true });
  const { child, url } = await commandLine.start();
  let log = "";
  child.stderr!.on("data", (part) => {
    log += part;
  });
  const baselineBytes = residentBytes(child, "VmRSS");
  const canary = startCanary(url, token);
  return {
    url,
    port: Number(new URL(url).port),
    stop: async () => {
      try {
        const { sent, disconnects, wrong } = await canary.stop();
        const stored = await new ConvexHttpClient(url).query(guarded.all!, {});
        expect({ disconnects, wrong, exitCode: child.exitCode }).toEqual({
          disconnects: 0,
          wrong: [],
          exitCode: null,
        });
        expect(sent).toBeGreaterThan(0);
        // Strangers have changed nothing, whatever they sent.
        expect(stored).toEqual(Array.from({ length: sent }, (_, n) => `canary ${n}`));
        expect(UNEXPECTED.exec(log)).toBeNull();
        if (baselineBytes !== null) {
          const peakBytes = residentBytes(child, "VmHWM")! - baselineBytes;
          console.log(`${name}: canary sent ${sent}, peak +${Math.round(peakBytes / 2 ** 20)} MiB`);
          expect(peakBytes).toBeLessThan(PEAK_BYTES_MAX);
        }
        await commandLine.stop(child);
        expect(child.exitCode).toBe(0);
      } finally {
        await commandLine.end();
      }
    },
  };
}

interface CanaryReport {
  sent: number;
  disconnects: number;
  wrong: string[];
}

/** Writes about twenty numbers a second, and looks at what it is shown after each. */
function startCanary(url: string, token: string): { stop(): Promise<CanaryReport> } {
  const client = new ConvexClient(url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
  });
  const report: CanaryReport = { sent: 0, disconnects: 0, wrong: [] };
  client.setAuth(async () => token);
  let wasConnected = false;
  client.subscribeToConnectionState(({ isWebSocketConnected }) => {
    if (wasConnected && !isWebSocketConnected) report.disconnects++;
    wasConnected = isWebSocketConnected;
  });
  let isStopping = false;
  const write = async () => {
    while (!isStopping) {
      const n = report.sent;
      await client.mutation(guarded.send!, { n });
      report.sent++;
      const expected = Array.from({ length: Math.min(n + 1, NEWEST) }, (_, back) => n - back);
      const shown = client.client.localQueryResult("guarded:newest", {});
      if (JSON.stringify(shown) !== JSON.stringify(expected)) {
        report.wrong.push(`after ${n} it was shown ${JSON.stringify(shown)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  };
  const writing = new Promise<void>((resolve, reject) => {
    let hasBegun = false;
    client.onUpdate(guarded.newest!, {}, () => {
      if (!hasBegun) write().then(resolve, reject);
      hasBegun = true;
    });
  });
  return {
    stop: async () => {
      isStopping = true;
      await writing;
      // Closing by ourselves is no disconnection.
      const ended = { ...report };
      await client.close();
      return ended;
    },
  };
}

/** From Linux's own books; null elsewhere. */
function residentBytes(child: ChildProcess, field: "VmRSS" | "VmHWM"): number | null {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)![1]) * 1024;
  } catch {
    return null;
  }
}

/** A small, fast generator; the same numbers for the same seed. */
export function createRandom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Does `count` things, so many at a time. */
export async function inParallel(
  count: number,
  width: number,
  perform: (place: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await perform(next++);
  };
  await Promise.all(Array.from({ length: width }, work));
}

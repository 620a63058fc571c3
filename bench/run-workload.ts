// One server, one room size: latency at a gentle rate, then the highest rate, then the processor's share.
import { findMaximum } from "./find-maximum";
import type { Dialect, Measurement, Member } from "./load-protocol";
import { processorSeconds } from "./measure";
import type { BenchOptions } from "./options";
import type { LoadGenerator } from "./processes";

const P99_MAX_MS = 250;
const RATE_MAX = 200_000;
const PRECISION = 1.15;
const RECOVERIES_MAX = 4;
const UNDER_WAY_A_ROOM = 10;

export interface WorkloadResult {
  p50Ms: number;
  p99Ms: number;
  /** Processor time of a message in a closed loop: the steadiest figure there is on a busy machine. */
  processorMsPerMessage: number;
  /** Messages a second; null when not even one was possible. */
  maxRate: number | null;
  /** At the highest rate. */
  processorSecondsPer10kDeliveries: number;
  /** Why the next higher rate was not good. */
  limit: string;
}

const NO_RATES = {
  p50Ms: Number.NaN,
  p99Ms: Number.NaN,
  maxRate: null,
  processorSecondsPer10kDeliveries: Number.NaN,
  limit: "not looked for",
};

export interface Workload {
  dialect: Dialect;
  members: Member[];
  serverPid: number;
  startRate: number;
  /** How many messages the closed loop sends. */
  loopMessages: number;
}

export async function runWorkload(
  load: LoadGenerator,
  { dialect, members, serverPid, startRate, loopMessages }: Workload,
  options: BenchOptions,
): Promise<WorkloadResult> {
  await load.connect(dialect, members);
  const processorMsPerMessage = await runLoop(load, members, serverPid, loopMessages);
  if (!options.hasRates) {
    await load.disconnect();
    return { ...NO_RATES, processorMsPerMessage };
  }
  const gentle = await load.measure(options.latencyRate, options.latencySeconds);
  let limit = isGood(gentle) ? "" : reasonOf(gentle);
  const tryOnce = async (rate: number) => {
    const before = processorSeconds(serverPid);
    const result = await load.measure(rate, options.stepSeconds);
    const seconds = processorSeconds(serverPid) - before;
    const good = isGood(result);
    if (!good) {
      limit = `${rate}/s: ${reasonOf(result)}`;
      await recover(load, dialect, members);
    }
    return { rate, isGood: good, result: (seconds * 10_000) / Math.max(1, result.deliveries) };
  };
  const best = await findMaximum(
    async (rate) => {
      const first = await tryOnce(rate);
      // One hiccup of the machine is not the server's limit: a rate is too high when it fails twice.
      return first.isGood ? first : tryOnce(rate);
    },
    { startRate, maxRate: RATE_MAX, precision: PRECISION },
  );
  await load.disconnect();
  return {
    processorMsPerMessage,
    p50Ms: gentle.p50Ms,
    p99Ms: gentle.missing > 0 ? Number.NaN : gentle.p99Ms,
    maxRate: best?.rate ?? null,
    processorSecondsPer10kDeliveries: best?.result ?? Number.NaN,
    limit,
  };
}

/** As many messages under way as there can be without one scrolling out of its page unseen. */
async function runLoop(
  load: LoadGenerator,
  members: Member[],
  serverPid: number,
  loopMessages: number,
): Promise<number> {
  const rooms = new Set(members.map(({ room }) => room)).size;
  const underWay = rooms * UNDER_WAY_A_ROOM;
  // The first messages are for the compiler.
  const isWarm = await load.loop(loopMessages, underWay);
  const before = processorSeconds(serverPid);
  const isComplete = isWarm && (await load.loop(loopMessages, underWay));
  const seconds = processorSeconds(serverPid) - before;
  return isComplete ? (seconds * 1_000) / loopMessages : Number.NaN;
}

/**
 * After too much, everybody leaves and comes back: a step starts from rest. A server that is still busy with what was
 * too much is given several chances.
 */
async function recover(load: LoadGenerator, dialect: Dialect, members: Member[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await load.disconnect();
    try {
      await load.connect(dialect, members);
      return;
    } catch (error) {
      if (tries === RECOVERIES_MAX) throw error;
    }
  }
}

function isGood(result: Measurement): boolean {
  return result.missing === 0 && result.refused === 0 && result.p99Ms <= P99_MAX_MS;
}

function reasonOf({ missing, refused, firstRefusal, p99Ms }: Measurement): string {
  if (firstRefusal !== null) return `refused ${refused}: ${firstRefusal.slice(0, 200)}`;
  return missing > 0 ? `${missing} missing` : `p99 ${p99Ms.toFixed(0)} ms`;
}
